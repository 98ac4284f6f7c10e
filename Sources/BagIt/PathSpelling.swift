// SPDX-License-Identifier: Apache-2.0

/// How manifests and `fetch.txt` spell a path (RFC 8493, sections 2.1.3 and 2.2.3).
struct PathSpelling {
    let version: BagVersion
    /// Where the paths of this file may lie: under `data/`, or anywhere else.
    let isPayload: Bool

    /// What a spelling came to: a path, or why it is none, and what is to be said about it.
    struct Reading {
        var path: BagPath?
        var problems: [(rule: BagRule, isWarning: Bool, detail: String)] = []
    }

    func read(_ spelled: ArraySlice<UInt8>) -> Reading {
        var reading = Reading()
        var rest = spelled
        while rest.starts(with: "./".utf8) { rest = rest.dropFirst(2) }
        if rest.count < spelled.count {
            reading.problems.append((.dot, true, "\"\(spelled.text)\" begins with \"./\""))
        }
        guard let decoded = version == .v1_0 ? Self.decode(rest) : Array(rest) else {
            reading.problems.append(
                (.percent, false, "\"\(spelled.text)\" has a % other than in %0A, %0D and %25")
            )
            return reading
        }
        let path = BagPath(decoded[...].text)
        guard path.isInside else {
            reading.problems.append(
                (.path, false, "\"\(spelled.text)\" is not a plain way into the bag")
            )
            return reading
        }
        guard path.isPayload == isPayload else {
            let place = isPayload ? "outside of" : "in"
            reading.problems.append((.path, false, "\"\(spelled.text)\" lies \(place) data/"))
            return reading
        }
        reading.path = path
        return reading
    }

    /// Takes percent-encoding off; `nil` where anything but LF, CR or % is encoded.
    private static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.first {
            let isCode = byte == UInt8(ascii: "%")
            guard let meant = isCode ? meaning(of: rest.prefix(3)) : byte else { return nil }
            decoded.append(meant)
            rest = rest.dropFirst(isCode ? 3 : 1)
        }
        return decoded
    }

    /// What an earlier version may mean by a path that is no file's as it stands: line ends are
    /// percent-encoded, and nothing else.
    static func withLineEnds(_ path: BagPath) -> BagPath {
        var decoded: [UInt8] = []
        var rest = Array(path.text.utf8)[...]
        while let byte = rest.first {
            let meant = byte == UInt8(ascii: "%") ? meaning(of: rest.prefix(3)) : nil
            let isLineEnd = meant != nil && meant != byte
            decoded.append(isLineEnd ? meant ?? byte : byte)
            rest = rest.dropFirst(isLineEnd ? 3 : 1)
        }
        return BagPath(decoded[...].text)
    }

    private static func meaning(of code: ArraySlice<UInt8>) -> UInt8? {
        switch code.text {
        case "%0A", "%0a": UInt8(ascii: "\n")
        case "%0D", "%0d": UInt8(ascii: "\r")
        case "%25": UInt8(ascii: "%")
        default: nil
        }
    }
}
