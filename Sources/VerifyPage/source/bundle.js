// The folder that was chosen: its files by path, and what they are.

// What the computer itself puts into a folder when somebody looks at it.
const litter = /(^|\/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini|\.directory)$/i;
const textLimit = 64 << 20;

class Bundle {
    // Takes [{ path, file }], of which one folder is a bundle.
    constructor(entries) {
        const tops = entries.map(({ path }) => path).filter((path) => /(^|\/)bagit\.txt$/.test(path));
        tops.sort((left, right) => left.length - right.length);
        if (!tops.length) throw new Finding("notBundle");
        const root = tops[0].slice(0, -"bagit.txt".length);
        this.name = root.split("/").slice(-2)[0];
        this.files = new Map();
        this.litter = [];
        this.outside = [];
        for (const { path, file } of entries) {
            if (!path.startsWith(root)) this.outside.push(path);
            else if (litter.test(path)) this.litter.push(path.slice(root.length));
            else this.files.set(path.slice(root.length), file);
        }
        this.paths = [...this.files.keys()].sort();
        this.digests = new Map();
        this.size = 0;
        for (const file of this.files.values()) this.size += file.size;
    }

    has(path) { return this.files.has(path); }

    under(folder) { return this.paths.filter((path) => path.startsWith(folder)); }

    async bytes(path) {
        const file = this.files.get(path);
        if (!file) throw new Finding("missing", path);
        try {
            if (file.size > textLimit) throw new RangeError();
            return new Uint8Array(await file.arrayBuffer());
        } catch {
            throw new Finding("unreadable", path);
        }
    }

    async text(path) {
        const text = fromUTF8(await this.bytes(path));
        if (text === null) throw new Finding("malformed", path);
        return text;
    }

    // What a reader makes of a text.
    async read(path, reader) {
        const value = reader(await this.text(path));
        if (value === null) throw new Finding("malformed", path);
        return value;
    }

    digest(path) {
        const digest = this.digests.get(path);
        if (!digest) throw new Finding(this.has(path) ? "unreadable" : "missing", path);
        return digest;
    }

    async hash(progress) {
        const hashers = new Hashers(progress);
        // The largest first, so that no worker is left alone with it at the end.
        const paths = [...this.paths].sort((left, right) => this.files.get(right).size - this.files.get(left).size);
        const places = new Map(paths.map((path) => [this.files.get(path), path]));
        await hashers.run([...places.keys()], (file, digest) => {
            if (digest) this.digests.set(places.get(file), hex(digest));
        });
        hashers.end();
    }
}

// What a file field for folders was given; a folder that is dropped on it comes the same way.
function picked(files) {
    return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}
