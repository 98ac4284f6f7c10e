// Signatures, checked by the browser's WebCrypto. Each function gives true, false, or null where the browser
// has no such algorithm.

async function verified(algorithm, format, key, signature, message) {
    let imported;
    try {
        imported = await crypto.subtle.importKey(format, key, algorithm, false, ["verify"]);
    } catch (error) {
        // A key that is no key is not the browser's fault.
        return error && error.name === "DataError" ? false : null;
    }
    return crypto.subtle.verify({ ...algorithm, hash: "SHA-256" }, imported, signature, message);
}

function ed25519(key, signature, message) {
    if (key.length !== 32 || signature.length !== 64) return false;
    return verified({ name: "Ed25519" }, "raw", key, signature, message);
}

// A signature as openssl writes it, SEQUENCE { r, s }, over a key in a SubjectPublicKeyInfo.
function p256(key, signature, message) {
    const halves = [];
    try {
        const sequence = element(signature, 0);
        if (sequence.tag !== 0x30 || sequence.end !== signature.length) return false;
        for (const { tag, content } of children(sequence.content)) {
            const digits = content[0] === 0 ? content.subarray(1) : content;
            if (tag !== 0x02 || content[0] & 0x80 || digits.length > 32) return false;
            halves.push(joined(new Uint8Array(32 - digits.length), digits));
        }
    } catch {
        return false;
    }
    if (halves.length !== 2) return false;
    return verified({ name: "ECDSA", namedCurve: "P-256" }, "spki", key, joined(...halves), message);
}

// The parts of OpenSSH's wire format: strings with their length before them.
class SSHReader {
    constructor(bytes) {
        this.bytes = bytes;
        this.at = 0;
    }

    take(count) {
        if (this.at + count > this.bytes.length) throw new Finding("badSSHSignature");
        this.at += count;
        return this.bytes.subarray(this.at - count, this.at);
    }

    number() {
        const [a, b, c, d] = this.take(4);
        return a * 16777216 + b * 65536 + c * 256 + d;
    }

    string() { return this.take(this.number()); }
    text() { return fromUTF8(this.string()); }
    get isAtEnd() { return this.at === this.bytes.length; }
}

function sshString(bytes) {
    const size = new DataView(new ArrayBuffer(4));
    size.setUint32(0, bytes.length);
    return joined(new Uint8Array(size.buffer), bytes);
}

// The Ed25519 key in an OpenSSH public key, or null.
function sshKey(blob) {
    try {
        const reader = new SSHReader(blob);
        if (reader.text() !== "ssh-ed25519") return null;
        const key = reader.string();
        return reader.isAtEnd && key.length === 32 ? key : null;
    } catch {
        return null;
    }
}

// What `ssh-keygen -Y sign` wrote (PROTOCOL.sshsig), by a key that must be the given one.
async function sshSignature(armored, blob, namespace, message) {
    if (!(globalThis.crypto && crypto.subtle)) return null;
    const key = sshKey(blob);
    const bytes = fromPEM(armored, "SSH SIGNATURE");
    if (!key || !bytes) return false;
    try {
        const reader = new SSHReader(bytes);
        if (fromUTF8(reader.take(6)) !== "SSHSIG" || reader.number() !== 1) return false;
        if (!same(reader.string(), blob) || reader.text() !== namespace) return false;
        const reserved = reader.string();
        const hash = reader.text();
        const algorithm = { sha256: "SHA-256", sha512: "SHA-512" }[hash];
        const inner = new SSHReader(reader.string());
        if (!algorithm || !reader.isAtEnd || inner.text() !== "ssh-ed25519") return false;
        const signature = inner.string();
        if (!inner.isAtEnd) return false;
        const digest = new Uint8Array(await crypto.subtle.digest(algorithm, message));
        const signed = joined(
            toUTF8("SSHSIG"), sshString(toUTF8(namespace)), sshString(reserved), sshString(toUTF8(hash)),
            sshString(digest),
        );
        return ed25519(key, signature, signed);
    } catch {
        return false;
    }
}
