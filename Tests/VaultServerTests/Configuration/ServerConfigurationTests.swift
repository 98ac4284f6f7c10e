// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import VaultServer

@Suite struct ServerConfigurationTests {
    @Test("reads a file with comments and blank lines")
    func readsFile() throws {
        var configuration = ServerConfiguration(data: "/vault")
        try configuration.apply(
            file: """
                # a comment

                listen = [::1]:9000
                 metrics-listen=127.0.0.1:9464
                body-memory = 32MiB
                round-timer = 20ms
                tls = false
                log-level = debug
                """
        )
        #expect(configuration.listen == .tcp(host: "::1", port: 9000))
        #expect(configuration.metricsListen == .tcp(host: "127.0.0.1", port: 9464))
        #expect(configuration.bodyMemory.bytes == 32 << 20)
        #expect(configuration.roundTimer == .milliseconds(20))
        #expect(configuration.logLevel == .debug)
        try configuration.validate()
    }

    @Test("its own text read back gives the same configuration")
    func roundTrip() throws {
        var configuration = ServerConfiguration(data: "/vault")
        configuration.metricsListen = .unix(path: "/run/metrics")
        configuration.roundTimer = .milliseconds(1500)
        var again = ServerConfiguration(data: "/vault")
        try again.apply(file: configuration.written)
        #expect(again == configuration)
    }

    @Test("its text names secrets by path only")
    func showsPaths() {
        let text = ServerConfiguration(data: "/vault").written
        #expect(text.contains("log-key = keys/log.key\n"))
        #expect(text.contains("metrics-listen = off\n"))
    }

    @Test("every property has an option")
    func optionsAreComplete() {
        let properties = Mirror(reflecting: ServerConfiguration(data: "/vault")).children.count
        #expect(ServerConfiguration.options.count == properties - 1, "all but data")
    }

    @Test("the environment wins over the file")
    func environment() throws {
        var configuration = ServerConfiguration(data: "/vault")
        try configuration.apply(file: "max-connections = 3\n")
        try configuration.apply(environment: ["SAKSID_MAX_CONNECTIONS": "5", "PATH": "/bin"])
        #expect(configuration.maxConnections == 5)
    }

    @Test(
        "refuses what it does not understand",
        arguments: [
            ("nonsense", ConfigurationError.malformedLine(1)),
            ("\ncolour = red", .unknownKey("colour")),
            ("tls = true\ntls = true", .repeatedKey("tls")),
            ("data = /x", .unknownKey("data")),
            ("tls = yes", .unreadable(key: "tls", value: "yes", want: "true or false")),
            (
                "max-connections = -1",
                .unreadable(key: "max-connections", value: "-1", want: "a decimal number")
            ),
            (
                "body-memory = 9223372036854775807GiB",
                .unreadable(
                    key: "body-memory",
                    value: "9223372036854775807GiB",
                    want: "a number of bytes such as 65536, 48MiB or 64GiB"
                )
            ),
        ]
    )
    func refusals(text: String, error: ConfigurationError) {
        var configuration = ServerConfiguration(data: "/vault")
        #expect(throws: error) { try configuration.apply(file: text) }
    }

    @Test("refuses an unknown variable of the environment by its name")
    func unknownVariable() {
        var configuration = ServerConfiguration(data: "/vault")
        #expect(throws: ConfigurationError.unknownKey("SAKSID_COLOUR")) {
            try configuration.apply(environment: ["SAKSID_COLOUR": "red"])
        }
    }

    @Test(
        "refuses plain HTTP where other machines can reach it",
        arguments: [
            "0.0.0.0:80", "192.0.2.1:80", "[::]:80", "localhost:80", "127.0.0.1.example:80",
        ]
    )
    func plainRefused(text: String) throws {
        var configuration = ServerConfiguration(data: "/vault")
        let address = try #require(ListenAddress(written: text))
        configuration.listen = address
        try configuration.validate()
        configuration.tls = false
        #expect(throws: ConfigurationError.plainNotLocal(key: "listen", address: text)) {
            try configuration.validate()
        }
        configuration.listen = .unix(path: "/run/saksid")
        try configuration.validate()
        configuration.metricsListen = address
        #expect(throws: ConfigurationError.plainNotLocal(key: "metrics-listen", address: text)) {
            try configuration.validate()
        }
    }

    @Test(
        "refuses addresses that are not one",
        arguments: [
            "", "8443", "host:", ":80", "::1:80", "host:65536", "host:-1", "unix:", "unix:a",
        ]
    )
    func badAddresses(text: String) {
        #expect(ListenAddress(written: text) == nil)
    }

    @Test("refuses a value outside its bounds")
    func bounds() {
        var configuration = ServerConfiguration(data: "/vault")
        configuration.bodyMemory.bytes = 1
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }
}
