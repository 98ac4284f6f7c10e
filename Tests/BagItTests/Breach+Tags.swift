// SPDX-License-Identifier: Apache-2.0

import Bulk

@testable import BagIt

extension Breach {
    static let tagManifests: [Breach] = [
        Breach(
            "a tag manifest without the payload manifest",
            broken: [.manifests],
            tags: { try $0.write($0.line("bagit.txt") + $0.line($0.info), to: $0.tagManifest) }
        ),
        Breach(
            "a tag manifest without the payload manifest",
            .v0_97,
            tags: { try $0.write($0.line("bagit.txt"), to: $0.tagManifest) }
        ),
        Breach(
            "a tag file that is not listed",
            warned: [.tags],
            tags: { try $0.write("x", to: "notes/new") }
        ),
        Breach(
            "a tag manifest with a payload file",
            broken: [.path],
            tags: { try $0.append($0.line("data/a.txt"), to: $0.tagManifest) }
        ),
        Breach(
            "a tag manifest that lists another",
            broken: [.path],
            tags: { bag in
                let other = "tagmanifest-sha512.txt"
                try bag.write(
                    ["bagit.txt", bag.info, bag.manifest].map { try bag.line($0, .sha512) }
                        .joined(),
                    to: other
                )
                try bag.append(bag.line(other), to: bag.tagManifest)
            }
        ),
        Breach(
            "a tag file that is missing",
            broken: [.absent],
            tags: { try $0.remove($0.info) }
        ),
        Breach("no tag manifest", tags: { try $0.remove($0.tagManifest) }),
        Breach(
            "a tag file that is too large",
            broken: [.readable],
            warned: [.tags],
            tags: { try $0.writeZeros(BagFolder.maximumTagBytes + 1, to: "fetch.txt") }
        ),
        Breach("metadata that is too large", broken: [.readable]) {
            try $0.writeZeros(BagInfo.maximumSize + 1, to: $0.info)
        },
    ]

    static let metadata: [Breach] = [
        info("a line without a colon", "x", broken: [.info]),
        info("no label", ": x", broken: [.info]),
        info("a space before the colon", "Contact-Name : x", broken: [.info]),
        info("nothing after the colon", "Contact-Name:x", broken: [.info]),
        info("spaces about the colon", "Contact-Name \t:  x", .v0_97),
        info("a value on two lines", "Contact-Name: x\n\ty"),
        info("an empty line", "\nContact-Name: x", warned: [.info]),
        Breach("a first line that goes on", broken: [.info]) { bag in
            try bag.write(" x: y\n", to: bag.info)
        },
        info("two sums", "payload-oxum: 10.2", broken: [.repeated]),
        info("two sums", "payload-oxum: 10.2", .v0_97),
        info(
            "two dates",
            "Bagging-Date: 2026-01-01\nBagging-Date: 2026-01-02",
            warned: [.repeated]
        ),
        info("two names", "Contact-Name: x\nContact-Name: y"),
        Breach("another sum", broken: [.oxum]) { bag in
            try bag.write("Payload-Oxum: 11.2\n", to: bag.info)
        },
        Breach("another number of files", .v0_97, broken: [.oxum]) { bag in
            try bag.write("Payload-Oxum: 10.3\n", to: bag.info)
        },
        Breach("a sum in another form", broken: [.oxum]) { bag in
            try bag.write("Payload-Oxum: 10 in 2\n", to: bag.info)
        },
        Breach("a sum in the metadata's old name", .v0_95, broken: [.oxum]) { bag in
            try bag.write("Payload-Oxum: 11.2\n", to: "package-info.txt")
        },
        info("a date in another form", "Bagging-Date: 21.11.2026", warned: [.date]),
        info("a month that there is not", "Bagging-Date: 2026-13-01", warned: [.date]),
        info("a count", "Bag-Count: 1 of ?\nBag-Group-Identifier: x"),
        info("a count of no group", "Bag-Count: 1 of 2", warned: [.bagCount]),
        info(
            "a count in another form",
            "Bag-Count: 1/2\nBag-Group-Identifier: x",
            warned: [.bagCount]
        ),
        info("a count too high", "Bag-Count: 3 of 2\nBag-Group-Identifier: x", warned: [.bagCount]),
    ]

    private static func info(
        _ name: String,
        _ lines: String,
        _ version: BagVersion = .v1_0,
        broken: Set<BagRule> = [],
        warned: Set<BagRule> = []
    ) -> Breach {
        Breach(name, version, broken: broken, warned: warned) { bag in
            try bag.append(lines + "\n", to: bag.info)
        }
    }

    static let fetches: [Breach] = [
        fetch("a file that was fetched", "https://example.org/a 6 data/a.txt"),
        fetch("a length that is not said", "https://example.org/a\t-\tdata/a.txt"),
        fetch("another length", "https://example.org/a 7 data/a.txt", warned: [.fetchLength]),
        fetch("no URL", "a.txt 6 data/a.txt", broken: [.fetch]),
        fetch("no path", "https://example.org/a 6", broken: [.fetch]),
        fetch("no length", "https://example.org/a data/a.txt", broken: [.fetch]),
        fetch("a negative length", "https://example.org/a -6 data/a.txt", broken: [.fetch]),
        fetch("an empty line", "", broken: [.fetch]),
        fetch("a tag file", "https://example.org/a - bagit.txt", broken: [.fetchPath]),
        fetch("a way out", "https://example.org/a - data/../../x", broken: [.fetchPath]),
        fetch("an absolute path", "https://example.org/a - /data/a.txt", broken: [.fetchPath]),
        fetch("an absolute path", "https://example.org/a - /data/a.txt", .v0_97),
        fetch("a way out", "https://example.org/a - /bin/ls", .v0_97, broken: [.fetchPath]),
        fetch(
            "a file that is not listed",
            "https://example.org/a - data/x",
            broken: [.fetchListed]
        ),
        Breach("a file that is still to be fetched", broken: [.absent]) { bag in
            try bag.remove(bag.info)
            try bag.remove("data/a.txt")
            try bag.write("https://example.org/a 6 data/a.txt\n", to: "fetch.txt")
        },
    ]

    private static func fetch(
        _ name: String,
        _ line: String,
        _ version: BagVersion = .v1_0,
        broken: Set<BagRule> = [],
        warned: Set<BagRule> = []
    ) -> Breach {
        Breach("fetch.txt: " + name, version, broken: broken, warned: warned) { bag in
            try bag.write(line + "\n", to: "fetch.txt")
        }
    }
}
