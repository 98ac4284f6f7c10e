// SPDX-License-Identifier: Apache-2.0

/// Every option of the daemon; the comments here are the manual.
///
/// A configuration file holds `key = value` lines; `#` begins a comment line. The key of a property
/// is its name in lower case with hyphens (`maxConnections` is `max-connections`). The environment
/// spells it `SAKSID_MAX_CONNECTIONS`. The environment wins over the file, the command line over both.
/// An unknown or repeated key, and a value that cannot be read, are errors. Sizes are written `48MiB`,
/// times `50ms`, `30s`, `24h` or `7d`. Secrets are named by the path of the file that holds them.
public struct ServerConfiguration: Sendable, Equatable {
    /// The vault's folder, from `--data`; not an option of the file.
    public var data: String

    /// Where the API listens: `HOST:PORT`, `[IPV6]:PORT` or `unix:/path`; port 0 picks a free one.
    public var listen = ListenAddress.tcp(host: "127.0.0.1", port: 8443)

    /// Whether TCP connections speak TLS 1.3.
    ///
    /// `false` is refused unless `listen` is numeric loopback
    /// (for an onion service that forwards to it). A Unix socket is always plain.
    public var tls = true

    /// Where Prometheus reads metrics, plain HTTP on numeric loopback or a Unix socket only; `off` for none.
    public var metricsListen: ListenAddress?

    /// The log's signing key; a relative path begins at the vault's folder.
    ///
    /// The file has mode 0600.
    public var logKey = "keys/log.key"

    /// The TLS private key (PEM, P-256), whose SPKI digest the vault's policy names; `saksid rotate tls-key`
    /// changes it.
    public var tlsKey = "keys/tls.key"

    /// The self-signed certificate (PEM) of that key; public.
    public var tlsCertificate = "keys/tls.crt"

    /// The witnesses of the log where the vault's policy names none, as a C2SP tlog-policy file with their
    /// URLs; `off` for none.
    ///
    /// A relative path begins at the vault's folder. Its `log` lines are not used here: the quorum is
    /// counted over checkpoints of this log.
    public var witnessPolicy: String?

    /// How long a witness may take for one answer; nobody else waits for it.
    public var witnessTimeout = Duration.seconds(5)

    /// How soon after a round, and how often at most, a witness is shown the newest checkpoint.
    public var witnessInterval = Duration.seconds(1)

    /// How old a witness's cosignature may grow before it is renewed while nothing happens.
    public var witnessRefresh = Duration.seconds(3600)

    /// Authorities that time-stamp the newest checkpoint (RFC 3161), as `URL=FILE` with commas between
    /// them; `off` for none.
    ///
    /// The file holds the authority's roots in PEM, and whatever certificates lead to them; a relative
    /// path begins at the vault's folder. Name two or more, of different organisations.
    public var tsa = AuthorityList()

    /// How often a checkpoint is stamped: at the multiples of this, counted from 1970.
    public var tsaEvery = Duration.seconds(86_400)

    /// How long before a certificate of its chain ends a stamp is renewed.
    public var tsaRenewBefore = Duration.seconds(90 * 86_400)

    /// How long an authority may take for one answer.
    public var tsaTimeout = Duration.seconds(30)

    /// Through what authorities are asked, as `http://HOST:PORT` or `socks5://HOST:PORT`; `off` for
    /// nothing.
    public var tsaProxy: ProxyAddress?

    /// How long after a round has begun the next one may, unless many statements wait.
    public var roundTimer = Duration.milliseconds(50)

    /// How many statements may wait for a round; beyond it the answer is 503 with `Retry-After`.
    public var roundPool = 4096

    /// Whether accepted times are rounded down to the hour, not the minute.
    public var roundToHour = false

    /// Bytes of request bodies held in memory at once, over all requests.
    ///
    /// Beyond it a request waits for
    /// `bodyWait`, then is answered with 503. At least 16 MiB, the largest body.
    public var bodyMemory = ByteCount(48 << 20)

    /// How long a request waits for room in `body-memory`.
    public var bodyWait = Duration.seconds(5)

    /// The most bodies one member may be sending at once; beyond it 503.
    public var memberUploads = 8

    /// Bytes one member may have uploaded that no logged record names yet; beyond it 507.
    public var pendingQuota = ByteCount(64 << 30)

    /// Age at which an upload that no logged record names is removed.
    ///
    /// At least an hour. Clients that resume later send it again.
    public var abandonedAfter = Duration.seconds(14 * 86_400)

    /// How often abandoned uploads are looked for.
    public var collectEvery = Duration.seconds(3600)

    /// Open connections; beyond it new ones wait in the listener's backlog.
    public var maxConnections = 256

    /// A connection is closed when no request has been read whole and nothing of one arrived for this long;
    /// it bounds the TLS handshake, the head of a request and the pause between two.
    public var idleTimeout = Duration.seconds(60)

    /// The longest time a statement may take to arrive.
    public var statementTimeout = Duration.seconds(60)

    /// The longest time the body of a signed upload may take to arrive; the links are slow.
    public var uploadTimeout = Duration.seconds(1800)

    /// How long running requests may take once the daemon was asked to stop.
    public var stopTimeout = Duration.seconds(20)

    /// What a refused client is told to wait, in `Retry-After`, whole seconds.
    public var retryAfter = Duration.seconds(2)

    /// The least severe log lines written: `trace`, `debug`, `info`, `notice`, `warning`, `error`, `critical`.
    public var logLevel = LogLevel.notice

    /// Whether a crash may leave a core image.
    ///
    /// It holds the log key.
    public var coreDumps = false

    /// The defaults, for the vault in `data`.
    public init(data: String) { self.data = data }

    /// The path of a file named relative to the vault's folder.
    func path(_ name: String) -> String { name.hasPrefix("/") ? name : "\(data)/\(name)" }
}

/// A severity of log lines, by its swift-log name.
public enum LogLevel: String, Sendable, CaseIterable, ConfigurationValue {
    case trace, debug, info, notice, warning, error, critical

    static let form = "one of trace, debug, info, notice, warning, error, critical"
    init?(written text: String) { self.init(rawValue: text) }
    var written: String { rawValue }
}

extension String: ConfigurationValue {
    static var form: String { "a path" }
    init?(written text: String) {
        guard !text.isEmpty else { return nil }
        self = text
    }
    var written: String { self }
}
