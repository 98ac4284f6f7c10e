// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a configuration.
public enum ConfigurationError: Error, Equatable, Sendable {
    /// A line that is not empty, a comment or `key = value`.
    case malformedLine(Int)
    /// A key that no option has; from the file or, as `SAKSID_…`, the environment.
    case unknownKey(String)
    /// A key given twice in the file.
    case repeatedKey(String)
    /// A value that does not have the option's form.
    case unreadable(key: String, value: String, want: String)
    /// A number outside what the option allows.
    case outOfRange(key: String, value: String, want: String)
    /// Plain HTTP on an address that other machines can reach.
    case plainNotLocal(key: String, address: String)
}

extension ConfigurationError: CustomStringConvertible {
    /// One line: got before want, the offending value quoted.
    public var description: String {
        switch self {
        case .malformedLine(let line): "configuration line \(line): want key = value"
        case .unknownKey(let key): "configuration: unknown key \"\(key)\""
        case .repeatedKey(let key): "configuration: \"\(key)\" is given twice"
        case .unreadable(let key, let value, let want), .outOfRange(let key, let value, let want):
            "configuration: \(key): got \"\(value)\", want \(want)"
        case .plainNotLocal(let key, let address):
            """
            configuration: \(key): got \"\(address)\" without TLS, \
            want a Unix socket or a numeric loopback address
            """
        }
    }
}

extension ServerConfiguration {
    /// The prefix of every environment variable that the daemon reads.
    static let environmentPrefix = "SAKSID_"

    /// Applies a configuration file's text.
    ///
    /// - Throws: ``ConfigurationError``; nothing is checked across options before ``validate()``.
    public mutating func apply(file text: String) throws(ConfigurationError) {
        var seen: Set<String> = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let content = line.trimmed
            if content.isEmpty || content.hasPrefix("#") { continue }
            guard let equals = content.firstIndex(of: "=") else {
                throw .malformedLine(number + 1)
            }
            let key = String(content[..<equals].trimmed)
            guard seen.insert(key).inserted else { throw .repeatedKey(key) }
            try set(key, to: String(content[content.index(after: equals)...].trimmed), named: key)
        }
    }

    /// Applies every variable of the environment that begins with `SAKSID_`.
    public mutating func apply(environment: [String: String]) throws(ConfigurationError) {
        for (name, value) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Self.environmentPrefix) {
            let key = String(name.dropFirst(Self.environmentPrefix.count)).lowercased()
            try set(key.hyphenated, to: value, named: name)
        }
    }

    /// Checks what spans options or has bounds.
    public func validate() throws(ConfigurationError) {
        if case .tcp = listen, !tls, !listen.isLocal {
            throw .plainNotLocal(key: "listen", address: listen.written)
        }
        if let metricsListen, !metricsListen.isLocal {
            throw .plainNotLocal(key: "metrics-listen", address: metricsListen.written)
        }
        let bounds: [(String, Int, ClosedRange<Int>)] = [
            ("body-memory", bodyMemory.bytes, 16 << 20...1 << 40),
            ("member-uploads", memberUploads, 1...1024),
            ("round-pool", roundPool, 1...1_000_000),
            ("max-connections", maxConnections, 1...1_000_000),
            ("idle-timeout", Int(idleTimeout.inMilliseconds), 1...86_400_000),
            ("upload-timeout", Int(uploadTimeout.inMilliseconds), 1...86_400_000),
            ("statement-timeout", Int(statementTimeout.inMilliseconds), 1...86_400_000),
            ("collect-every", Int(collectEvery.inMilliseconds), 1...Int(Int32.max)),
            // In milliseconds, from an hour on: a member uploads for longer than a moment.
            ("abandoned-after", Int(abandonedAfter.inMilliseconds), 3_600_000...Int(Int64.max)),
            ("round-timer", Int(roundTimer.inMilliseconds), 0...60_000),
            ("witness-timeout", Int(witnessTimeout.inMilliseconds), 1...600_000),
            ("witness-interval", Int(witnessInterval.inMilliseconds), 1...3_600_000),
            ("witness-refresh", Int(witnessRefresh.inMilliseconds), 1...Int(Int32.max)),
            ("tsa-timeout", Int(tsaTimeout.inMilliseconds), 1...600_000),
            // In milliseconds, from a minute on: authorities are guests' hosts.
            ("tsa-renew-before", Int(tsaRenewBefore.inMilliseconds), 86_400_000...Int(Int64.max)),
            ("tsa-every", Int(tsaEvery.inMilliseconds), 60_000...Int(Int32.max)),
        ]
        for (key, value, range) in bounds where !range.contains(value) {
            let want = "\(range.lowerBound) to \(range.upperBound)"
            throw .outOfRange(key: key, value: "\(value)", want: want)
        }
    }

    /// The effective configuration as a file, secrets as paths.
    public var written: String {
        Self.options.map { "\($0.key) = \($0.show(self))\n" }.joined()
    }

    private mutating func set(
        _ key: String,
        to value: String,
        named name: String
    ) throws(ConfigurationError) {
        guard let option = Self.options.first(where: { $0.key == key }) else {
            throw .unknownKey(name)
        }
        guard option.set(&self, value) else {
            throw .unreadable(key: name, value: value, want: option.form)
        }
    }
}

extension ServerConfiguration {
    /// One option: its key, and how it is read and shown.
    struct Option: Sendable {
        let key: String
        let form: String
        let set: @Sendable (inout ServerConfiguration, String) -> Bool
        let show: @Sendable (ServerConfiguration) -> String

        init<Value: ConfigurationValue>(
            _ key: String,
            _ path: any WritableKeyPath<ServerConfiguration, Value> & Sendable
        ) {
            self.key = key
            form = Value.form
            set = { configuration, text in
                guard let value = Value(written: text) else { return false }
                configuration[keyPath: path] = value
                return true
            }
            show = { $0[keyPath: path].written }
        }
    }

    static let options: [Option] = [
        Option("listen", \.listen), Option("tls", \.tls),
        Option("metrics-listen", \.metricsListen), Option("log-key", \.logKey),
        Option("tls-key", \.tlsKey), Option("tls-certificate", \.tlsCertificate),
        Option("witness-policy", \.witnessPolicy), Option("witness-timeout", \.witnessTimeout),
        Option("witness-interval", \.witnessInterval),
        Option("witness-refresh", \.witnessRefresh),
        Option("tsa", \.tsa), Option("tsa-every", \.tsaEvery),
        Option("tsa-renew-before", \.tsaRenewBefore),
        Option("tsa-timeout", \.tsaTimeout), Option("tsa-proxy", \.tsaProxy),
        Option("round-timer", \.roundTimer), Option("round-pool", \.roundPool),
        Option("round-to-hour", \.roundToHour), Option("body-memory", \.bodyMemory),
        Option("body-wait", \.bodyWait), Option("member-uploads", \.memberUploads),
        Option("pending-quota", \.pendingQuota),
        Option("abandoned-after", \.abandonedAfter), Option("collect-every", \.collectEvery),
        Option("max-connections", \.maxConnections), Option("idle-timeout", \.idleTimeout),
        Option("upload-timeout", \.uploadTimeout), Option("statement-timeout", \.statementTimeout),
        Option("stop-timeout", \.stopTimeout), Option("retry-after", \.retryAfter),
        Option("log-level", \.logLevel), Option("core-dumps", \.coreDumps),
    ]
}

extension StringProtocol {
    fileprivate var trimmed: Self.SubSequence {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        var rest = drop(while: blank)
        while let last = rest.last, blank(last) { rest.removeLast() }
        return rest
    }

    fileprivate var hyphenated: String { String(map { $0 == "_" ? "-" : $0 }) }
}
