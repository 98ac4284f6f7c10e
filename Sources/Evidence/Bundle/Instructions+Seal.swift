// SPDX-License-Identifier: Apache-2.0

import Vault

/// Steps 1 to 9: that nothing changed since the bundle was sealed, by whose key, and when.
extension Instructions {
    static let introduction = #"""
        HOW TO CHECK THIS BUNDLE

        Steps 1 to 9 show that nothing was changed since the bundle was sealed, by whose key, and when.
        The steps from 10 on follow it back, through the vault's log, to the days on which the files were submitted.

        You need sha256sum (GNU coreutils), openssl 3 and ssh-keygen (OpenSSH 8.1 or later), on any Unix
        system. No other program and no network is needed; sed, grep, cut, cmp, date and find only look
        things up in text. On a Mac, install OpenSSL 3 and coreutils: its own openssl cannot do steps 8 and 11.
        Lines that begin with four spaces are commands. Run them one by one in this folder, or all of them with

          grep '^    ' VERIFY.txt | sh -eu && echo ALL STEPS PASSED

        which stops at the first step that fails. `saksi verify` makes the same checks, and more.
        verify.html, where it is here, shows them in a browser: it is a convenience and proves nothing.

        """#

    static let files = #"""
        STEP 1. The number on paper. Compare what this prints, digit by digit, with the number on the signed certificate.
        If they differ, this is not the export that the certificate is about, and no other step can help.

            sha256sum SEAL.txt

        STEP 2. The seal names the lists of files, and of all commitments. Prints OK for each; FAILED means that a list was changed.

            sha256sum --strict -c SEAL.txt

        STEP 3. The files that describe the evidence are those listed. Prints nothing; "FAILED" names a file that
        was changed, "No such file" one that is missing.

            sha256sum --quiet --strict -c tagmanifest-sha256.txt

        STEP 4. The evidence is as listed. Prints nothing; messages as in step 3.

            sha256sum --quiet --strict -c manifest-sha256.txt

        STEP 5. Nothing was added. Prints nothing; a name that it prints was added, or is missing, or is that of a link, an empty
        folder or something else that no export makes.

            odd=$(LC_ALL=C find . ! -path './addenda/*' \( ! -type f ! -type d -o -type d -empty -o -name '*[!-._A-Za-z0-9]*' \))
            [ -z "$odd" ] || { echo "$odd"; false; }
            odd=$({ cut -c67- manifest-sha256.txt tagmanifest-sha256.txt; echo tagmanifest-sha256.txt; find . ! -type d ! -path ./SEAL.txt ! -path './seal/*' ! -path './addenda/*' | cut -c3-; } | LC_ALL=C sort | uniq -u)
            [ -z "$odd" ] || { echo "$odd"; false; }

        """#

    var keyOfSeal: String {
        """
        STEP 6. The key that sealed it (ECDSA, P-256). Compare the fingerprint, 64 digits, with the one on the
        certificate: a key that only this bundle tells you proves nothing by itself. Then it prints "Verified OK";
        "Verification failure" means that SEAL.txt is not what the holder of the key signed.

            [ "$(openssl pkey -pubin -in \(BundleLayout.p256Key) -outform DER | sha256sum | cut -c1-64)" = \(key.name.p256) ]
            openssl dgst -sha256 -verify \(BundleLayout.p256Key) -signature \(BundleLayout.p256Signature) SEAL.txt

        STEP 7. The same by another algorithm (Ed25519). The fingerprint is \(key.sshFingerprint).
        Then it prints "Good "evidence-export" signature"; "Could not verify signature" as in step 6.

            [ "$(cut -d' ' -f3- \(BundleLayout.allowedSigners) | ssh-keygen -lf - | cut -d' ' -f2)" = \(key.sshFingerprint) ]
            ssh-keygen -Y verify -f \(BundleLayout.allowedSigners) -I \(ExportPublicKey.namespace) -n \(ExportPublicKey.namespace) -s \(BundleLayout.sshSignature) < SEAL.txt

        """
    }

    static let timeStamps = #"""
        STEP 8. When it was sealed, at the latest. What came of the seal until the bundle was closed, its time stamps among it, is listed in
        seal/CLOSING.txt, which the same keys signed. So the first four commands print, as in steps 6 and 7, that the signatures
        are good, and nothing of the files: "FAILED" names one that was changed, "No such file" one that was taken away.
        Then, for each time stamp (RFC 3161): its time, and "Verification: OK". Where there is none, nobody but the vault says when.
        The number after -attime is the time, in seconds, that the time stamp says, or at which its newest revocation list was made:
        "certificate has expired" means that it was left out. Where there are lists, the certificates are held to them:
        "certificate revoked" means that the authority had taken one back. Then compare the fingerprint of the root, which is
        printed, with the one that the authority publishes: a root from here proves nothing by itself.

            openssl dgst -sha256 -verify seal/signer-public-key.pem -signature seal/CLOSING.txt.p256.sig seal/CLOSING.txt
            ssh-keygen -Y verify -f seal/allowed_signers -I evidence-export -n evidence-export -s seal/CLOSING.txt.ssh.sig < seal/CLOSING.txt
            sha256sum --quiet --strict -c seal/CLOSING.txt
            [ "$(sed -n 's/^[0-9a-f]*  seal/seal/p' seal/CLOSING.txt)" = "$(find seal ! -type d | grep -Fvx -e seal/CLOSING.txt -e seal/CLOSING.txt.p256.sig -e seal/CLOSING.txt.ssh.sig | LC_ALL=C sort)" ]
            since() { { openssl ts -reply -in "$1" -text 2> /dev/null | sed -n 's/^Time stamp: //p'; [ ! -s "$2" ] || openssl storeutl -noout -text -crls "$2" | sed -n 's/^ *Last Update: //p'; } | while read -r time; do date -u -d "$time" +%s; done | sort -n | tail -n 1; }
            stamped() { lists=$3-crls.pem; check=-crl_check_all; [ -e "$lists" ] || { lists=/dev/null; check=; }; cat "$3-root.pem" "$lists" | openssl ts -verify -data "$1" -in "$2" -CAfile /dev/stdin -untrusted "$3-chain.pem" $check -attime "$(since "$2" "$lists")"; }
            for token in seal/SEAL.txt.*.tsr; do [ -e "$token" ] || continue; tsa=${token#seal/SEAL.txt.}; tsa=seal/${tsa%.tsr}; openssl x509 -in "$tsa-root.pem" -noout -subject -fingerprint -sha256; date -u -d "@$(since "$token" /dev/null)"; stamped SEAL.txt "$token" "$tsa"; done

        """#

    /// The disclosed facts, and the files by them.
    var facts: String {
        var text = #"""
            STEP 9. What is disclosed is what was committed to. The register has all commitments of all submissions, in the order
            of their digits, with the name of the fact where it is shown here; what is withheld, and what only hides how
            much that is, has a name under withheld/, and cannot be guessed. If it is disclosed later, this step takes it.
            Each fact here is in it, and each file is, to the byte, the one that its fact names. Prints nothing; "No such file"
            means that --ignore-missing was left out.

                (cd register && sha256sum --quiet --ignore-missing -c commitments-sha256.txt)
                [ "$(cut -c1-64 register/commitments-sha256.txt)" = "$(cat register/S*/commitments.txt | LC_ALL=C sort -u)" ]
                [ "$(sed -n 's/^.\{66\}leaves.//p' register/commitments-sha256.txt | LC_ALL=C sort)" = "$(ls register/leaves | LC_ALL=C sort)" ]

            """#
        for submission in submissions {
            let name = submission.name
            text += """
                    [ -z "$(find register/leaves -name '\(name)-*' -exec sha256sum {} + | cut -c1-64 | grep -vxFf register/\(name)/commitments.txt)" ]

                """
        }
        for exhibit in exhibits {
            guard let path = exhibit.path else { continue }
            let leaf = BundleLayout.leaf(
                ManifestItem.prefix(exhibit.number) + "file",
                of: exhibit.submission
            )
            text += """
                    grep -qF "\\"sha256\\":\\"$(sha256sum < \(path) | cut -c1-64)\\"" \(leaf)

                """
        }
        return text
    }

    static let logHeading = """
        BACK TO THE DAY OF THE SUBMISSION

        """
}
