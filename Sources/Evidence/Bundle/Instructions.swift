// SPDX-License-Identifier: Apache-2.0

import Bulk
import Vault

/// `VERIFY.txt`: how to check a bundle with sha256sum, openssl and ssh-keygen, in words and in commands.
///
/// Every line that begins with four spaces is shell; the rest is prose. So a person can follow it,
/// and a script can run it as it stands.
struct Instructions {
    let exhibits: [Exhibit]
    let key: ExportPublicKey
    var receipts: [(stem: String, statement: Statement)] = []
    var submissions: [(name: String, records: [Hash], isWhole: Bool)] = []

    var stamps: [StampedCheckpoint] = []
    var part: BundlePart?

    init(exhibits: [Exhibit], key: ExportPublicKey) {
        self.exhibits = exhibits
        self.key = key
    }

    var text: String {
        [
            Self.introduction, Self.files, keyOfSeal, Self.timeStamps, facts, Self.logHeading,
            Self.keys, receiptSteps, submissionSteps, exportSteps,
        ].joined(separator: "\n") + stampSteps + partStep + "\n" + Self.limits
    }

    private static let keys = #"""
        STEP 10. The keys. A person's fingerprint is the SHA-256 of the identity record; the .pem files hold
        the same keys in the form that openssl reads. Compare the log key (log/vkey.txt) with the one
        that the vault publishes: a key that only this bundle tells you proves nothing by itself.

            pem() { echo '-----BEGIN PUBLIC KEY-----'; { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; openssl base64 -d -A | tail -c 32; } | openssl base64 -A; echo; echo '-----END PUBLIC KEY-----'; }
            cut -d+ -f3- log/vkey.txt | pem | cmp - log/key.pem
            for record in identities/*.txt; do name=$(basename "$record" .txt); [ "$(sha256sum < "$record" | cut -c1-64)" = "$name" ]; sed -n 's/^signing: //p' "$record" | pem | cmp - "identities/$name.pem"; done

        """#

    private var receiptSteps: String {
        var text = #"""
            STEP 11. The entries of the log. For each: the person signed the statement, the statement is what the
            log's entry holds, the log signed the checkpoint, and the entry is in the tree of that checkpoint.
            The function walks the Merkle tree of RFC 6962 from the entry up to the root; what is no plain number it refuses,
            since a shell would take it for a command.

                signed() { openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in "$1" -sigfile "$1.sig"; }
                hash() { openssl dgst -sha256 -binary | openssl base64 -A; }
                included() {
                node=$({ printf '\000'; cat "$1.entry"; } | hash)
                index=$(sed -n 's/^index //p' "$1.tlog-proof"); size=$(sed -n 2p "$1.checkpoint")
                for number in "$index" "$size"; do case $number in '' | *[!0-9]* | 0?*) return 1 ;; esac; done
                last=$((size - 1))
                for sibling in $(sed '/^index /,/^$/!d;/^index /d;/^$/d' "$1.tlog-proof"); do
                [ "$last" -gt 0 ] || return 1
                while [ $((index % 2)) -eq 0 ] && [ "$index" -eq "$last" ]; do index=$((index / 2)); last=$((last / 2)); done
                if [ $((index % 2)) -eq 1 ]; then pair="$sibling $node"; else pair="$node $sibling"; fi
                node=$({ printf '\001'; for half in $pair; do printf '%s\n' "$half" | openssl base64 -d -A; done; } | hash)
                index=$((index / 2)); last=$((last / 2))
                done
                [ "$last" -eq 0 ] && [ "$node" = "$(sed -n 3p "$1.checkpoint")" ]
                }


            """#
        for (stem, statement) in receipts {
            text += """
                \(statement.act.name.rawValue), \(statement.time), by \(statement.actor)

                    signed \(stem).statement identities/\(statement.actor).pem
                    sed '1d;/^$/,$d' \(stem).entry | cmp - \(stem).statement
                    signed \(stem).checkpoint log/key.pem
                    sed '1,/^$/d' \(stem).tlog-proof | sed '/^$/,$d' | cmp - \(stem).checkpoint
                    included \(stem)


                """
        }
        return text
    }

    private var submissionSteps: String {
        var text = """
            STEP 12. What was submitted. The statement that was signed and logged on the day of the submission
            names the list of commitments that step 9 used.

            """
        if submissions.contains(where: { $0.records.count > 1 }) {
            text += """
                Where a submission was sealed anew, the statement that says so names the record before it.

                """
        }
        text += "\n"
        for (name, records, isWhole) in submissions {
            guard var stem = stem(bringing: records[0]) else { continue }
            let folder = "register/\(name)"
            text += """
                    [ "$(sed -n 's/^commitments: //p' \(stem).statement)" = "$(sha256sum < \(folder)/commitments.txt | cut -c1-64)" ]

                """
            for record in records.dropFirst() {
                guard let next = self.stem(bringing: record) else { continue }
                text += """
                        [ "$(sed -n 's/^previous: //p' \(next).statement)" = "$(sed -n 's/^record: //p' \(stem).statement)" ]

                    """
                stem = next
            }
            if isWhole {
                text += """
                        [ "$(sed -n 's/^record: //p' \(stem).statement)" = "$(sha256sum < \(folder)/record.txt | cut -c1-64)" ]

                    """
            }
        }
        return text
    }

    private var exportSteps: String {
        guard let (stem, statement) = receipts.last else { return "" }
        return """
            STEP 13. This export. The statement that \(statement.actor)
            signed, and that the log holds, names the list of all files under data/, and the key of steps 6 and 7.

                [ "$(sed -n 's/^manifest: //p' \(stem).statement)" = "$(sha256sum < manifest-sha256.txt | cut -c1-64)" ]
                [ "$(sed -n 's/^key: //p' \(stem).statement)" = "\(key.name)" ]

            """
    }

    /// How to check that the parts of an export belong together; empty where this is all of it.
    private var partStep: String {
        guard let part else { return "" }
        guard part.number == 1 else {
            return """

                THE OTHER PARTS
                This is part \(part.place) of an export. VERIFY.txt in part 1 says how to check that they belong together.

                """
        }
        return """

            STEP 15. The other parts. This is part \(part.place) of an export, and was sealed last: its seal vouches for
            the seals of all, which then stand for the parts as steps 2 to 7 do for this one. Prints OK for each, where
            the parts lie side by side under their names; each has a VERIFY.txt of its own.

                if [ -e ../\(BundlePart.folder(2)) ]; then sha256sum --strict -c \(BundleLayout.parts); else echo "the other parts are not here"; fi

            """
    }

    private static let limits = #"""
        WHAT THIS DOES NOT SHOW
        That what the files tell is true; who the people behind the fingerprints are; what happened to a file
        before it was submitted; that the vault left no entry out of this bundle. The times are those of the
        people's devices and of the vault, but for those of step 8. Nothing in addenda/ was sealed: it came later,
        and each file there says what it proves.
        """# + "\n"

    /// The entry that submitted a record, or put it in the place of another.
    private func stem(bringing record: Hash) -> String? {
        receipts.first {
            switch $0.statement.act {
            case .submit(let submit): submit.record == record
            case .reencrypt(let act): act.record == record
            default: false
            }
        }?.stem
    }
}
