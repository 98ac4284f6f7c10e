// SPDX-License-Identifier: Apache-2.0

import Bulk
import Encodings
import Evidence
import Secrets

/// `export-key.age`: the key that seals what this device exports, sealed to its identity.
extension DeviceIdentity {
    private static let exportKeyHeader = "saksi/v1 export key"

    /// Makes the export key of a device.
    ///
    /// - Throws: ``ClientError`` where there is one already.
    func makeExportKey(in home: DeviceHome) throws -> ExportSigner {
        let signer = ExportSigner.random(from: SystemEntropy())
        try store(signer, in: home)
        return signer
    }

    /// Keeps an export key on a device.
    ///
    /// - Throws: ``ClientError`` where there is one already.
    func store(_ signer: ExportSigner, in home: DeviceHome) throws {
        guard !home.exportKey.exists else {
            throw ClientError(
                .failed,
                "this device has an export key already",
                hint: "`saksi export-key show` shows it"
            )
        }
        let header = "\(Self.exportKeyHeader)\n".utf8
        var text: [UInt8] = []
        defer { unsafe text.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) } }
        // Text that grows leaves copies behind that nobody wipes.
        text.reserveCapacity(header.count + ExportSigner.digitCount + 1)
        text += header
        signer.appendDigits(to: &text)
        text.append(UInt8(ascii: "\n"))
        let sealed = try unsafe text.withUnsafeBytes { try unsafe seal($0) }
        try DurableFile.create(sealed, at: home.exportKey)
    }

    /// The export key of a device; `nil` where none was made.
    ///
    /// - Throws: ``ClientError`` where the file is damaged, or of another identity.
    func exportSigner(in home: DeviceHome) throws -> ExportSigner? {
        guard let sealed = try DurableFile.read(home.exportKey, limit: 1 << 16) else { return nil }
        let damaged = ClientError(
            .failed,
            "the export key of this device is damaged: \"\(home.exportKey.text)\""
        )
        guard let text = try? open(sealed) else { throw damaged }
        let signer = unsafe text.withBytes { text -> ExportSigner? in
            let lines = unsafe text.split(separator: UInt8(ascii: "\n"))
            guard unsafe lines.count == 2, unsafe lines[0].elementsEqual(Self.exportKeyHeader.utf8)
            else { return nil }
            return unsafe ExportSigner(digits: UnsafeRawBufferPointer(rebasing: lines[1]))
        }
        guard let signer else { throw damaged }
        return signer
    }
}

extension ExportSigner {
    /// The length of the secret in base64.
    static let digitCount = (secretSize + 2) / 3 * 4

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// Adds the secret as it is kept, in base64.
    ///
    /// Written digit by digit, and not by way of a `String`, which nobody can wipe.
    ///
    /// - Parameter text: has room for it; whoever has it wipes it.
    func appendDigits(to text: inout [UInt8]) {
        unsafe withSecret { secret in
            for place in 0..<Self.digitCount {
                let (byte, bit) = (place * 6).quotientAndRemainder(dividingBy: 8)
                guard byte < secret.count else {
                    text.append(UInt8(ascii: "="))
                    continue
                }
                let high = unsafe UInt16(secret[byte])
                let low = unsafe byte + 1 < secret.count ? UInt16(secret[byte + 1]) : 0
                text.append(Self.alphabet[Int((high << 8 | low) >> (10 - bit) & 63)])
            }
        }
    }

    /// - Returns: `nil` for anything but the digits of a key.
    convenience init?(digits: UnsafeRawBufferPointer) {
        var text = unsafe Array(digits)
        defer { unsafe text.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) } }
        guard var secret = Base64.padded.decode(ascii: text[...]) else { return nil }
        defer { unsafe secret.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) } }
        self.init(SecretBytes(copying: secret))
    }
}
