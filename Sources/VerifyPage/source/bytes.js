// Bytes, and the texts that stand for them. Every reader takes one spelling and gives null for all others.

// What is wrong: the name of a sentence in the strings, and what it speaks of.
class Finding extends Error {
    constructor(sentence, about = "") {
        super(sentence);
        this.sentence = sentence;
        this.about = about;
    }
}

function hex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromBase64(text) {
    try {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        return toBase64(bytes) === text ? bytes : null;
    } catch {
        return null;
    }
}

function toBase64(bytes) {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
}

// The body of a PEM file of one block.
function fromPEM(text, label) {
    const lines = text.trimEnd().split("\n").map((line) => line.trimEnd());
    if (lines.shift() !== `-----BEGIN ${label}-----` || lines.pop() !== `-----END ${label}-----`) return null;
    return fromBase64(lines.join(""));
}

function fromUTF8(bytes) {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        return null;
    }
}

function toUTF8(text) {
    return new TextEncoder().encode(text);
}

function joined(...parts) {
    const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
    }
    return bytes;
}

function same(left, right) {
    return left.length === right.length && left.every((byte, place) => byte === right[place]);
}

// The lines of a text that ends in a line feed.
function lines(text) {
    return text.endsWith("\n") ? text.slice(0, -1).split("\n") : null;
}

// The values of `key: value` lines; a repeated key is a list.
function fields(text) {
    const values = new Map();
    for (const line of text.split("\n")) {
        const [, key, value] = /^([a-z-]+): (.*)$/.exec(line) || [];
        if (key) values.set(key, [...(values.get(key) || []), value]);
    }
    return values;
}

// Lines of sha256sum: 64 hex digits, two spaces, a path. A path stands there once.
function checksums(text) {
    const found = new Map();
    const all = text === "" ? [] : lines(text);
    if (!all) return null;
    for (const line of all) {
        const [, digest, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) || [];
        if (!path || found.has(path)) return null;
        found.set(path, digest);
    }
    return found;
}

// The rows of a CSV file (RFC 4180), each a list of cells.
function csv(text) {
    const rows = [];
    let row = [], cell = "", quoted = false;
    const characters = text.replace(/^\ufeff/, "").replace(/\r\n/g, "\n");
    for (let at = 0; at < characters.length; at++) {
        const character = characters[at];
        if (quoted) {
            if (character !== "\"") cell += character;
            else if (characters[at + 1] === "\"") cell += characters[++at];
            else quoted = false;
        } else if (character === "\"") {
            quoted = true;
        } else if (character === "," || character === "\n") {
            row.push(cell);
            cell = "";
            if (character === "\n") {
                rows.push(row);
                row = [];
            }
        } else {
            cell += character;
        }
    }
    if (cell || row.length) rows.push([...row, cell]);
    return rows;
}
