// SPDX-License-Identifier: Apache-2.0

import Encodings

extension FuzzTarget {
    static let encodings: [FuzzTarget] = [
        .text("hex") { Hex.decode($0).map { Hex.encode($0) } },
        .text("base64-padded") { Base64.padded.decode($0).map { Base64.padded.encode($0) } },
        .text("base64-unpadded") { Base64.unpadded.decode($0).map { Base64.unpadded.encode($0) } },
        .text("base64-url") { Base64.url.decode($0).map { Base64.url.encode($0) } },
        .text("proquint", seeds: { ["lusab"] }) { Proquint.value($0).map(Proquint.word) },
    ]
}
