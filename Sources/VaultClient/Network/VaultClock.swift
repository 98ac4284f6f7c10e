// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOHTTP1
import Synchronization

/// This device's clock as far as request signatures go: off by what the vault last said.
///
/// Telephones in the field are often wrong by hours. A signature must be fresh by the vault's clock,
/// so the difference is taken from its `Date` header once it complains. Only freshness hangs on it:
/// statements keep the device's own time.
final class VaultClock: Sendable {
    private let offset = Mutex<Int64>(0)

    /// Seconds since 1970, by the vault's clock.
    var now: Int64 { Self.deviceTime + offset.withLock { $0 } }

    /// Takes the difference from an answer (RFC 9110, section 5.6.7); no change without a date.
    func set(byDate headers: HTTPHeaders) {
        guard let date = headers.first(name: "date").flatMap(Self.seconds) else { return }
        offset.withLock { $0 = date - Self.deviceTime }
    }

    static var deviceTime: Int64 { Int64(Date().timeIntervalSince1970) }

    private static func seconds(httpDate text: String) -> Int64? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text).map { Int64($0.timeIntervalSince1970) }
    }
}
