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
        var text = Array("\(Self.exportKeyHeader)\n\(signer.digits)\n".utf8)
        defer { unsafe text.withUnsafeMutableBytes { unsafe ConstantTime.wipe($0) } }
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
            return unsafe ExportSigner(digits: String(decoding: lines[1], as: UTF8.self))
        }
        guard let signer else { throw damaged }
        return signer
    }
}

extension ExportSigner {
    /// The secret as it is kept, in base64.
    var digits: String { unsafe withSecret { unsafe Base64.padded.encode($0) } }

    /// - Returns: `nil` for anything but the digits of a key.
    convenience init?(digits: String) {
        guard let secret = Base64.padded.decode(digits) else { return nil }
        self.init(SecretBytes(copying: secret))
    }
}
