// The log: verifier keys and signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint) and
// inclusion proofs (c2sp.org/tlog-proof, RFC 6962).

// A verifier key for Ed25519: { name, id, key }.
function verifierKey(text) {
    const [, name, id, material] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) || [];
    const bytes = material && fromBase64(material);
    if (!bytes || bytes.length !== 33 || bytes[0] !== 1) return null;
    const key = bytes.subarray(1);
    return hex(keyID(name, key)) === id ? { name, id, key } : null;
}

function keyID(name, key) {
    return sha256(joined(toUTF8(name), [0x0a, 0x01], key)).subarray(0, 4);
}

// A text and the signatures under it: { text, signatures: [{ name, id, bytes }] }.
function signedNote(text) {
    const blank = text.lastIndexOf("\n\n");
    const below = blank < 0 ? null : lines(text.slice(blank + 2));
    if (!below) return null;
    const signatures = [];
    for (const line of below) {
        const [, name, value] = /^— (\S+) (\S+)$/.exec(line) || [];
        const bytes = value && fromBase64(value);
        if (!bytes || bytes.length < 5) return null;
        signatures.push({ name, id: hex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) });
    }
    return { text: text.slice(0, blank + 1), signatures };
}

// The first three lines of a checkpoint: { origin, size, root }.
function checkpoint(text) {
    const [origin, digits, hash] = lines(text) || [];
    const root = hash && fromBase64(hash);
    if (!origin || !/^(0|[1-9][0-9]{0,18})$/.test(digits) || !root || root.length !== 32) return null;
    return { origin, size: BigInt(digits), root };
}

// A receipt: { index, hashes, entry, note }, the entry as bytes.
function receipt(text) {
    const blank = text.indexOf("\n\n");
    const head = blank < 0 ? [] : text.slice(0, blank).split("\n");
    if (head.shift() !== "c2sp.org/tlog-proof@v1") return null;
    const entry = fromBase64((/^extra (\S+)$/.exec(head.shift()) || [])[1] || "");
    const index = (/^index (0|[1-9][0-9]{0,18})$/.exec(head.shift()) || [])[1];
    const hashes = head.map(fromBase64);
    const note = signedNote(text.slice(blank + 2));
    if (!entry || !index || !note || hashes.length > 63 || hashes.some((hash) => !hash || hash.length !== 32)) return null;
    return { index: BigInt(index), hashes, entry, note };
}

// Whether an entry is in a tree (RFC 9162, section 2.1.3.2).
function isIncluded({ entry, index, hashes }, { size, root }) {
    if (index >= size) return false;
    let node = sha256(joined([0], entry));
    let place = index, last = size - 1n;
    for (const hash of hashes) {
        if (last === 0n) return false;
        if (place % 2n === 1n || place === last) {
            node = sha256(joined([1], hash, node));
            while (place % 2n === 0n && place !== 0n) {
                place /= 2n;
                last /= 2n;
            }
        } else {
            node = sha256(joined([1], node, hash));
        }
        place /= 2n;
        last /= 2n;
    }
    return last === 0n && same(node, root);
}

// An entry of the log: { accepted, act, fields, text, signatures }.
function logEntry(bytes) {
    const text = fromUTF8(bytes);
    const [line] = /^accepted: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/.exec(text || "") || [];
    const note = line && signedNote(text.slice(line.length));
    const [, act] = /^saksi\/v1 ([a-z.]+)\n/.exec(note ? note.text : "") || [];
    return act ? { accepted: line.slice(10, -1), act, fields: fields(note.text), ...note } : null;
}
