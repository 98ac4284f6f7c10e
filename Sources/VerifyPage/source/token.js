// What a time-stamp token says (RFC 3161). Nothing here checks who signed it.

// One element of BER: its tag, its content, and where it ends.
function element(bytes, at, depth = 0) {
    const wrong = () => { throw new Finding("notToken"); };
    if (depth > 32 || at + 2 > bytes.length) wrong();
    const tag = bytes[at];
    if ((tag & 0x1f) === 0x1f) wrong();
    let start = at + 2, size = bytes[at + 1];
    if (size === 0x80) {
        // Of indefinite length: its parts up to two zero bytes.
        if (!(tag & 0x20)) wrong();
        const parts = [];
        while (!(bytes[start] === 0 && bytes[start + 1] === 0)) {
            const part = element(bytes, start, depth + 1);
            parts.push(part);
            start = part.end;
        }
        return { tag, content: bytes.subarray(at + 2, start), end: start + 2 };
    }
    if (size > 0x80) {
        const digits = size & 0x7f;
        if (digits > 4 || start + digits > bytes.length) wrong();
        size = 0;
        for (let n = 0; n < digits; n++) size = size * 256 + bytes[start++];
    }
    if (start + size > bytes.length) wrong();
    return { tag, content: bytes.subarray(start, start + size), end: start + size };
}

function children(bytes) {
    const found = [];
    for (let at = 0; at < bytes.length;) {
        const child = element(bytes, at);
        found.push(child);
        at = child.end;
    }
    return found;
}

// What a sequence holds that is all there is.
function sequence(bytes) {
    const { tag, content, end } = element(bytes, 0);
    if (tag !== 0x30 || end !== bytes.length) throw new Finding("notToken");
    return content;
}

// An object identifier as people write it.
function identifier(content) {
    const numbers = [];
    let number = 0;
    for (const byte of content) {
        number = number * 128 + (byte & 0x7f);
        if (byte & 0x80) continue;
        if (numbers.length) numbers.push(number);
        else numbers.push(Math.min(Math.floor(number / 40), 2), number - 40 * Math.min(Math.floor(number / 40), 2));
        number = 0;
    }
    return numbers.join(".");
}

// The bytes of an octet string, which may be in parts.
function octets({ tag, content }) {
    if (tag === 0x04) return content;
    if (tag !== 0x24) throw new Finding("notToken");
    return joined(...children(content).map(octets));
}

// The common name of a distinguished name, or the whole of its values.
function nameOf(content) {
    const values = [];
    for (const set of children(content)) {
        for (const pair of children(set.content)) {
            const [type, value] = children(pair.content);
            const text = fromUTF8(value.content) || "?";
            if (identifier(type.content) === "2.5.4.3") return text;
            values.push(text);
        }
    }
    return values.join(", ");
}

const imprints = {
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
};

// Reads a TimeStampResp, or a token alone: { algorithm, imprint, time, serial, authority }.
function timestamp(bytes) {
    try {
        let token = children(sequence(bytes));
        // A response begins with its status, a token with its type.
        if (token[0].tag === 0x30) token = children(token[1].content);
        if (identifier(token[0].content) !== "1.2.840.113549.1.7.2") throw new Finding("notToken");
        const signed = children(sequence(token[1].content));
        const [type, wrapped] = children(signed[2].content);
        if (identifier(type.content) !== "1.2.840.113549.1.9.16.1.4") throw new Finding("notToken");
        const info = children(sequence(octets(element(wrapped.content, 0))));
        const [algorithm, imprint] = children(info[2].content);
        const time = fromUTF8(info[4].content);
        const [, year, month, day, hour, minute, second] =
            /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(time) || [];
        if (!year || info[4].tag !== 0x18) throw new Finding("notToken");
        return {
            algorithm: imprints[identifier(element(algorithm.content, 0).content)] || null,
            imprint: octets(imprint),
            time: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
            serial: hex(info[3].content),
            authority: authorityOf(signed),
        };
    } catch {
        // Whatever else a reader stumbled over, it is no token.
        throw new Finding("notToken");
    }
}

// Whom the token's certificate names as its signer; the issuer where the certificate is not there.
function authorityOf(signed) {
    const signer = children(signed[signed.length - 1].content)[0];
    const sid = children(signer.content)[1];
    if (sid.tag !== 0x30) return "";
    const [issuer, serial] = children(sid.content);
    const certificates = signed.find((part) => part.tag === 0xa0);
    for (const certificate of certificates ? children(certificates.content) : []) {
        const body = children(element(certificate.content, 0).content);
        const first = body[0].tag === 0xa0 ? 1 : 0;
        if (same(body[first].content, serial.content) && same(body[first + 2].content, issuer.content)) {
            return nameOf(body[first + 4].content);
        }
    }
    return nameOf(issuer.content);
}
