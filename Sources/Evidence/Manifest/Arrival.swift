// SPDX-License-Identifier: Apache-2.0

public import Vault

/// How a file came to whoever submitted it, as they say.
public struct Arrival: Hashable, Sendable {
    /// The way it came, which decides what may have been lost on it.
    public enum Channel: String, CaseIterable, Sendable {
        /// From the device that took it, as it was written there.
        case cameraOriginal = "camera-original"
        /// By a messenger that was told to send a document: the bytes stay as they are.
        case messengerDocument = "messenger-document"
        /// By a messenger that was told to send a picture: it is encoded anew, without its metadata.
        case messengerImage = "messenger-image"
        /// On a USB stick, a card or a disk.
        case usb
        /// From a page on the web.
        case webCapture = "web-capture"
        /// Any other way.
        case other
    }

    /// Where on the web it was found.
    public struct Capture: Hashable, Sendable {
        /// The page's address.
        public let url: String
        /// When it was captured, by the clock of the device that did.
        public let captured: UTCTime

        /// Names a page and a time.
        public init(url: String, captured: UTCTime) {
            self.url = url
            self.captured = captured
        }
    }

    /// The way it came.
    public let channel: Channel
    /// Of a ``Channel/webCapture``, where it was found.
    public let capture: Capture?

    /// Takes a channel; `nil` where a web capture has no page, or something else has one.
    public init?(_ channel: Channel, capture: Capture? = nil) {
        guard (channel == .webCapture) == (capture != nil) else { return nil }
        self.channel = channel
        self.capture = capture
    }

    var value: JSONValue {
        var members = [JSONMember("channel", channel.rawValue)]
        if let capture {
            members.append(JSONMember("url", capture.url))
            members.append(JSONMember("captured", capture.captured.text))
        }
        return .object(members)
    }

    init?(_ value: JSONValue) {
        if let members = value.members("channel", "url", "captured") {
            guard let channel = members[0].string.flatMap({ Channel(rawValue: $0) }),
                let url = members[1].string, FactText.isLine(url),
                let captured = members[2].string.flatMap({ UTCTime($0) })
            else { return nil }
            self.init(channel, capture: Capture(url: url, captured: captured))
        } else {
            guard
                let channel = value.members("channel")?[0].string.flatMap({ Channel(rawValue: $0) })
            else { return nil }
            self.init(channel)
        }
    }
}

/// What a person found who compared a web capture with what it is said to show.
///
/// A capture with a sound hash may still hold a login page.
public struct Sighting: Hashable, Sendable {
    /// Whether the content was seen and is what it is said to be.
    public let matches: Bool
    /// Who looked; best a pseudonym.
    public let by: String

    /// Takes what a person found.
    public init(matches: Bool, by person: String) {
        self.matches = matches
        by = person
    }

    var value: JSONValue {
        .object([JSONMember("matches", matches ? "yes" : "no"), JSONMember("by", by)])
    }

    init?(_ value: JSONValue) {
        guard let members = value.members("matches", "by"),
            let matches = members[0].string.flatMap({ ["yes": true, "no": false][$0] }),
            let person = members[1].string, FactText.isLine(person)
        else { return nil }
        self.init(matches: matches, by: person)
    }
}
