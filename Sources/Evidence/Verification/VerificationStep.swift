// SPDX-License-Identifier: Apache-2.0

/// The steps of a verification, in order; see <doc:Verification>.
enum VerificationStep: String, CaseIterable {
    case files = "bag.files"
    case sealFiles = "seal.files"
    case sealSignatures = "seal.signatures"
    case sealKey = "seal.key"
    case closing = "seal.closing"
    case tags = "bag.tags"
    case payload = "bag.payload"
    case form = "bag.form"
    case trust = "log.trust"
    case identities = "identities"
    case receipts = "receipts.form"
    case signatures = "receipts.signatures"
    case inclusion = "receipts.inclusion"
    case logTime = "log.time"
    case commitments = "register.commitments"
    case leaves = "register.leaves"
    case register = "register.list"
    case record = "register.record"
    case items = "items"
    case withheld = "register.withheld"
    case custody = "custody"
    case export = "export"
    case sealText = "seal.text"
    case sealTime = "seal.time"
    case parts = "parts"
    case addenda = "addenda"

    var proves: String {
        switch self {
        case .files: "the folder holds the listed files and nothing else"
        case .sealFiles: "the lists of files are those that SEAL.txt names"
        case .sealSignatures: "the holder of the key in seal/ signed SEAL.txt with both algorithms"
        case .sealKey: "the key that signed is one that you trust"
        case .closing:
            "nothing that came of the seal, time stamps among it, was changed or taken away"
        case .tags: "the tag files are those that the tag manifest lists"
        case .payload: "the files under data/ are those that the payload manifest lists"
        case .form: "the folder is a BagIt 1.0 bag"
        case .trust: "the log's key is one that you trust"
        case .identities: "each fingerprint is that of the public keys in the bundle"
        case .receipts: "the texts that openssl checks are those of the log's entries"
        case .signatures: "the holder of each fingerprint's key signed that person's statements"
        case .inclusion: "the log's key signed trees that hold every one of these entries"
        case .logTime:
            "authorities saw the log with these entries no later than the times of their stamps"
        case .commitments: "the lists of commitments are those that the submitters signed"
        case .leaves: "each disclosed fact was committed to on the day of its submission"
        case .register:
            "one list has every commitment, and whatever is withheld can be proved later by it"
        case .record:
            "the records are those that the submitters signed, or that later took their place"
        case .items: "each file is, to the byte, the one that was committed to"
        case .withheld: "what the exhibits lack is said to be withheld, and why"
        case .custody: "the custody log says what the entries in this bundle say"
        case .export:
            "the exporter signed and logged just this payload and the key that seals it, within the "
                + "consent or override shown here"
        case .sealText: "SEAL.txt says of the bundle what is in it"
        case .sealTime:
            "authorities saw the seal no later than the times of their stamps"
        case .parts: "the parts of the export that lie here belong together"
        case .addenda: "each fact that was unsealed later is one that was committed to and withheld"
        }
    }

    var doesNotProve: String {
        switch self {
        case .files: "that they are unchanged, who made them, or when"
        case .sealFiles: "that nobody rewrote SEAL.txt together with a list: its signatures do"
        case .sealSignatures: "whose key it is, or when they signed"
        case .sealKey: "who held the key on that day"
        case .closing: "anything about what was added to addenda/ since"
        case .tags: "that nobody rewrote a file together with that list: the seal does"
        case .payload: "that nobody rewrote a file together with that list: the seal does"
        case .form: "who made it, or when"
        case .trust: "that the vault is honest"
        case .identities: "which person holds the keys"
        case .receipts: "that they are true"
        case .signatures:
            "that the person was free to refuse, was allowed to, or still holds the key"
        case .inclusion: "that the log was shown the same way to everybody; witnesses show that"
        case .logTime:
            "when they were logged before that, or who the authorities are: compare their roots"
        case .commitments: "how many facts are withheld: decoys are among them"
        case .leaves: "that the fact is true, or what is withheld"
        case .register: "what is withheld, or how much: decoys are among the commitments"
        case .record: "anything about the plaintext"
        case .items:
            "what happened to a file before it was submitted, or that what it tells is true"
        case .withheld:
            "what it is, that the reason is right, or that facts which not every item has are all shown"
        case .custody: "that the vault left no entry out, or what was done without an entry"
        case .sealText: "that what it says of the case is all there is"
        case .sealTime:
            "when it was sealed before that, or who the authorities are: compare their roots"
        case .export:
            "that no later statement narrowed the consent, or that an override's signers were enough"
        case .parts: "anything else about the other parts: verify them too"
        case .addenda: "who unsealed it, or anything about what else was added"
        }
    }
}
