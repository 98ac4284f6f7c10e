// SHA-256 of files of any size. The text of this function is also the program of the workers.
function hashing() {
    "use strict";

    // The browser's own SHA-256 is faster, but wants a whole file in memory.
    const wholeLimit = 32 << 20;
    const sliceSize = 8 << 20;

    // The first 32 bits of the fractional parts of a root of the first primes (FIPS 180-4, sections 4.2.2 and 5.3.3).
    function fractions(count, root) {
        const words = [];
        for (let n = 2; words.length < count; n++) {
            let prime = true;
            for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
            if (prime) words.push((root(n) % 1) * 4294967296 | 0);
        }
        return words;
    }
    const constants = new Int32Array(fractions(64, Math.cbrt));
    const initial = fractions(8, Math.sqrt);

    class SHA256 {
        constructor() {
            this.state = new Int32Array(initial);
            this.words = new Int32Array(64);
            this.rest = new Uint8Array(64);
            this.restSize = 0;
            this.size = 0;
        }

        update(bytes) {
            let start = 0;
            this.size += bytes.length;
            if (this.restSize > 0) {
                start = Math.min(64 - this.restSize, bytes.length);
                this.rest.set(bytes.subarray(0, start), this.restSize);
                this.restSize += start;
                if (this.restSize < 64) return;
                this.blocks(this.rest, 0, 64);
                this.restSize = 0;
            }
            const end = bytes.length - (bytes.length - start) % 64;
            this.blocks(bytes, start, end);
            this.rest.set(bytes.subarray(end));
            this.restSize = bytes.length - end;
        }

        digest() {
            const bits = this.size * 8;
            const padding = new Uint8Array((this.restSize < 56 ? 64 : 128) - this.restSize);
            const view = new DataView(padding.buffer);
            padding[0] = 0x80;
            view.setUint32(padding.length - 8, Math.floor(bits / 4294967296));
            view.setUint32(padding.length - 4, bits >>> 0);
            this.update(padding);
            const digest = new DataView(new ArrayBuffer(32));
            this.state.forEach((word, place) => digest.setInt32(4 * place, word));
            return new Uint8Array(digest.buffer);
        }

        // Bytes from start up to end, a multiple of 64 further (FIPS 180-4, section 6.2.2).
        blocks(bytes, start, end) {
            const w = this.words, k = constants, state = this.state;
            let s0 = state[0], s1 = state[1], s2 = state[2], s3 = state[3];
            let s4 = state[4], s5 = state[5], s6 = state[6], s7 = state[7];
            for (let at = start; at < end; at += 64) {
                for (let t = 0, i = at; t < 16; t++, i += 4) {
                    w[t] = bytes[i] << 24 | bytes[i + 1] << 16 | bytes[i + 2] << 8 | bytes[i + 3];
                }
                for (let t = 16; t < 64; t++) {
                    const x = w[t - 15], y = w[t - 2];
                    w[t] = w[t - 16] + w[t - 7]
                        + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
                        + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) | 0;
                }
                let a = s0, b = s1, c = s2, d = s3, e = s4, f = s5, g = s6, h = s7;
                // Four rounds at a time: the variables change their parts instead of their values.
                for (let t = 0; t < 64; t += 4) {
                    h = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (g ^ e & (f ^ g)) + k[t] + w[t] | 0;
                    d = d + h | 0;
                    h = h + ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b | c & (a | b)) | 0;
                    g = g + ((d >>> 6 | d << 26) ^ (d >>> 11 | d << 21) ^ (d >>> 25 | d << 7)) + (f ^ d & (e ^ f)) + k[t + 1] + w[t + 1] | 0;
                    c = c + g | 0;
                    g = g + ((h >>> 2 | h << 30) ^ (h >>> 13 | h << 19) ^ (h >>> 22 | h << 10)) + (h & a | b & (h | a)) | 0;
                    f = f + ((c >>> 6 | c << 26) ^ (c >>> 11 | c << 21) ^ (c >>> 25 | c << 7)) + (e ^ c & (d ^ e)) + k[t + 2] + w[t + 2] | 0;
                    b = b + f | 0;
                    f = f + ((g >>> 2 | g << 30) ^ (g >>> 13 | g << 19) ^ (g >>> 22 | g << 10)) + (g & h | a & (g | h)) | 0;
                    e = e + ((b >>> 6 | b << 26) ^ (b >>> 11 | b << 21) ^ (b >>> 25 | b << 7)) + (d ^ b & (c ^ d)) + k[t + 3] + w[t + 3] | 0;
                    a = a + e | 0;
                    e = e + ((f >>> 2 | f << 30) ^ (f >>> 13 | f << 19) ^ (f >>> 22 | f << 10)) + (f & g | h & (f | g)) | 0;
                    const p = a, q = b, r = c, s = d;
                    a = e; b = f; c = g; d = h; e = p; f = q; g = r; h = s;
                }
                s0 = s0 + a | 0; s1 = s1 + b | 0; s2 = s2 + c | 0; s3 = s3 + d | 0;
                s4 = s4 + e | 0; s5 = s5 + f | 0; s6 = s6 + g | 0; s7 = s7 + h | 0;
            }
            state.set([s0, s1, s2, s3, s4, s5, s6, s7]);
        }
    }

    function sha256(bytes) {
        const hasher = new SHA256();
        hasher.update(bytes);
        return hasher.digest();
    }

    // The next slice is read while one is hashed.
    async function sha256OfFile(file, progress) {
        if (file.size <= wholeLimit && globalThis.crypto && crypto.subtle) {
            const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
            progress(file.size);
            return new Uint8Array(digest);
        }
        const read = (start) => file.slice(start, start + sliceSize).arrayBuffer();
        const hasher = new SHA256();
        let next = read(0);
        for (let start = 0; start < file.size; start += sliceSize) {
            const bytes = new Uint8Array(await next);
            if (start + sliceSize < file.size) {
                next = read(start + sliceSize);
                // Whoever awaits it hears of a failure; nobody else need to.
                next.catch(() => {});
            }
            hasher.update(bytes);
            progress(bytes.length);
        }
        return hasher.digest();
    }

    return { sha256, sha256OfFile };
}

const { sha256, sha256OfFile } = hashing();

// Hashes files, several at a time where the browser lets a page have workers, and here where not.
class Hashers {
    constructor(progress) {
        this.progress = progress;
        this.workers = [];
        const program = `"use strict";
            const { sha256OfFile } = (${hashing})();
            onmessage = async ({ data: file }) => {
                try {
                    postMessage({ digest: await sha256OfFile(file, (count) => postMessage({ count })) });
                } catch { postMessage({ failed: true }); }
            };`;
        try {
            const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
            const count = Math.min(navigator.hardwareConcurrency || 2, 8);
            for (let n = 0; n < count; n++) this.workers.push(new Worker(address));
        } catch {
            this.workers = [];
        }
    }

    end() {
        for (const worker of this.workers) worker.terminate();
    }

    // Gives each file's digest to `found`, or null where the file cannot be read.
    async run(files, found) {
        let next = 0;
        const take = async (worker) => {
            while (next < files.length) {
                const file = files[next++];
                found(file, await this.digest(file, worker));
            }
        };
        await Promise.all(this.workers.length ? this.workers.map(take) : [take(null)]);
    }

    async digest(file, worker) {
        if (worker && !worker.broken) {
            const digest = await new Promise((resolve) => {
                worker.onmessage = ({ data }) => {
                    if (data.count !== undefined) this.progress(data.count);
                    else resolve(data.failed ? null : data.digest);
                };
                worker.onerror = () => {
                    worker.broken = true;
                    resolve(null);
                };
                worker.postMessage(file);
            });
            if (!worker.broken) return digest;
        }
        try {
            return await sha256OfFile(file, this.progress);
        } catch {
            return null;
        }
    }
}
