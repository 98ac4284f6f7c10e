// The checks, each a step that passes, fails with what it found, or cannot be made here.

const commitments = "register/commitments-sha256.txt";
const sealedLists = ["tagmanifest-sha256.txt", "manifest-sha256.txt"];
const namespace = "evidence-export";
const sealFiles = /^seal\/(signer-public-key\.pem|allowed_signers|SEAL\.txt\.(p256|ssh)\.sig|SEAL\.txt\.[a-z0-9-]+\.tsr|CLOSING\.txt(\.(p256|ssh)\.sig)?|[a-z0-9-]+-(root|chain|crls)\.pem)$/;

class Checks {
    constructor(bundle) {
        this.bundle = bundle;
        this.steps = [];
        this.keys = {};
        this.facts = {
            sealed: { files: 0, bytes: 0 }, read: { files: bundle.files.size, bytes: bundle.size }, litter: bundle.litter, seal: null,
            keys: [], hasTokens: false, tokens: [], submissions: [], exhibits: [], withheld: [], undisclosed: 0, unsealed: [], added: [], stamped: [],
            exported: null, logKey: null,
        };
    }

    async run() {
        await this.step("complete", () => this.checkComplete());
        await this.step("unchanged", () => this.checkUnchanged());
        await this.step("seal", () => this.checkSeal());
        await this.step("p256", () => this.checkP256());
        await this.step("ssh", () => this.checkSSH());
        await this.step("time", async () => {
            await this.checkClosing();
            await this.checkTime();
        });
        await this.step("log", () => this.checkLog());
        await this.step("people", () => this.checkPeople());
        await this.step("register", () => this.checkRegister());
        await this.step("items", () => this.checkItems());
        await this.step("export", () => this.checkExport());
        return this;
    }

    // "changed", "unfinished" where a check could not be made, or "unchanged".
    get outcome() {
        const outcomes = this.steps.map((step) => step.outcome);
        return outcomes.includes("failed") ? "changed" : outcomes.includes("skipped") ? "unfinished" : "unchanged";
    }

    // A check says what it finds with `find`, or throws a finding and is over.
    async step(id, check) {
        const findings = [];
        let skipped = null;
        this.find = (sentence, about) => findings.push(new Finding(sentence, about));
        this.skip = (sentence) => { skipped = new Finding(sentence); };
        try {
            await check();
        } catch (error) {
            findings.push(error instanceof Finding ? error : new Finding("broken", String(error)));
        }
        const outcome = findings.length ? "failed" : skipped ? "skipped" : "passed";
        this.steps.push({ id, outcome, findings: findings.length ? findings : skipped ? [skipped] : [] });
    }

    // A signature must be good; where the browser cannot tell, that is said once.
    async signature(valid, sentence, about) {
        const answer = await valid;
        if (answer === null) this.skip("noAlgorithm");
        else if (!answer) this.find(sentence, about);
        return answer === true;
    }

    // Everything that is listed is there, and everything that is there is listed or has its place.
    async checkComplete() {
        const { bundle } = this;
        this.payload = await bundle.read("manifest-sha256.txt", checksums);
        this.tags = await bundle.read("tagmanifest-sha256.txt", checksums);
        for (const path of bundle.outside) this.find("outside", path);
        const listed = [...this.payload.keys(), ...this.tags.keys()];
        for (const path of listed) if (!bundle.has(path)) this.find("missing", path);
        for (const path of this.payload.keys()) if (!path.startsWith("data/")) this.find("misplaced", path);
        for (const path of this.tags.keys()) {
            if (/^(data|seal|addenda)\/|^SEAL\.txt$/.test(path)) this.find("misplaced", path);
        }
        const known = new Set([...listed, "tagmanifest-sha256.txt", "SEAL.txt"]);
        for (const path of bundle.paths) {
            if (path.startsWith("addenda/")) this.facts.added.push(path);
            else if (!known.has(path) && !sealFiles.test(path)) this.find("extra", path);
        }
    }

    async checkUnchanged() {
        for (const list of [this.payload, this.tags]) {
            if (!list) throw new Finding("needs", "complete");
            for (const [path, digest] of list) {
                if (!this.bundle.has(path)) continue;
                if (this.bundle.digest(path) !== digest) this.find("changed", path);
                this.facts.sealed.files += 1;
                this.facts.sealed.bytes += this.bundle.files.get(path).size;
            }
        }
    }

    async checkSeal() {
        const { bundle, facts } = this;
        const bytes = await bundle.bytes("SEAL.txt");
        const text = fromUTF8(bytes) || "";
        const words = text.split("\n").filter((line) => line.startsWith("#"));
        facts.seal = { digest: bundle.digest("SEAL.txt"), words: words.map((line) => line.slice(1).trim()) };
        this.seal = bytes;
        this.claims = new Map(facts.seal.words.map((line) => line.split(/: (.*)/, 2)));
        const lists = checksums(text.slice(words.join("\n").length + (words.length ? 1 : 0)));
        if (!lists || !sealedLists.every((path) => lists.has(path))) throw new Finding("malformed", "SEAL.txt");
        for (const [path, digest] of lists) if (bundle.digest(path) !== digest) this.find("unsealed", path);
    }

    async checkP256() {
        const key = await this.bundle.read("seal/signer-public-key.pem", (text) => fromPEM(text, "PUBLIC KEY"));
        this.keys.p256 = key;
        this.addKey("ECDSA P-256", "signing key P-256", hex(sha256(key)), "seal/signer-public-key.pem");
        const signature = await this.bundle.bytes("seal/SEAL.txt.p256.sig");
        await this.signature(p256(key, signature, this.seal), "badSignature", "seal/SEAL.txt.p256.sig");
    }

    // The seal names the keys that sign it.
    addKey(algorithm, claim, fingerprint, path, digits = fingerprint) {
        this.facts.keys.push({ algorithm, fingerprint, digits });
        if (!this.seal) throw new Finding("needs", "seal");
        if (this.claims.get(claim) !== fingerprint) this.find("otherKey", path);
    }

    async checkSSH() {
        const blob = await this.bundle.read("seal/allowed_signers", (text) => {
            const [, value] = /^evidence-export namespaces="evidence-export" ssh-ed25519 (\S+)(?: [^\n]*)?\n$/.exec(text) || [];
            return value ? fromBase64(value) : null;
        });
        this.keys.ssh = blob;
        const fingerprint = sha256(blob);
        const words = `SHA256:${toBase64(fingerprint).replace(/=+$/, "")}`;
        this.addKey("Ed25519", "signing key Ed25519", words, "seal/allowed_signers", hex(fingerprint));
        const armored = await this.bundle.text("seal/SEAL.txt.ssh.sig");
        await this.signature(sshSignature(armored, blob, namespace, this.seal), "badSignature", "seal/SEAL.txt.ssh.sig");
    }

    // What came of the seal until the bundle was closed: none of it was changed or taken away.
    async checkClosing() {
        const { bundle, keys, facts } = this;
        const path = "seal/CLOSING.txt";
        for (const name of ["p256", "ssh"]) if (!keys[name]) throw new Finding("needs", name);
        const bytes = await bundle.bytes(path);
        const signature = await bundle.bytes(`${path}.p256.sig`);
        await this.signature(p256(keys.p256, signature, bytes), "badSignature", `${path}.p256.sig`);
        const armored = await bundle.text(`${path}.ssh.sig`);
        await this.signature(sshSignature(armored, keys.ssh, namespace, bytes), "badSignature", `${path}.ssh.sig`);
        const listed = checksums((fromUTF8(bytes) || "").replace(/^#.*\n/, ""));
        if (!listed) throw new Finding("malformed", path);
        for (const [file, digest] of listed) {
            if (!bundle.has(file)) this.find("missing", file);
            else if (bundle.digest(file) !== digest) this.find("changed", file);
        }
        for (const file of bundle.paths) {
            if (/^seal\/(?!CLOSING\.txt)/.test(file) && !listed.has(file)) this.find("extra", file);
        }
        facts.added = facts.added.filter((file) => !listed.has(file));
    }

    // Each token is for the file of its name: `<file>.<authority>.tsr`.
    async checkTime() {
        const { bundle } = this;
        const paths = bundle.paths.filter((path) => /^(seal|log|addenda)\/[^/]+\.[a-z0-9-]+\.tsr$/.test(path));
        this.facts.hasTokens = paths.length > 0;
        if (!paths.length) this.skip("noTokens");
        for (const path of paths) {
            try {
                const named = path.replace(/\.[a-z0-9-]+\.tsr$/, "");
                const about = named.endsWith("/SEAL.txt") ? "SEAL.txt" : bundle.has(named) ? named : `${named}.txt`;
                const token = timestamp(await bundle.bytes(path));
                if (!token.algorithm) throw new Finding("unknownImprint", path);
                if (!(globalThis.crypto && crypto.subtle)) {
                    this.skip("noAlgorithm");
                    continue;
                }
                const digest = await crypto.subtle.digest(token.algorithm, await bundle.bytes(about));
                if (!same(new Uint8Array(digest), token.imprint)) throw new Finding("otherImprint", path);
                this.facts.tokens.push({ path, about, ...token });
            } catch (error) {
                if (!(error instanceof Finding)) throw error;
                this.find(error.sentence, error.about || path);
            }
        }
        for (const path of bundle.paths.filter((path) => /^addenda\/RENEWAL-\d+\.txt$/.test(path))) await this.checkRenewal(path);
        this.facts.tokens.sort((left, right) => (left.time < right.time ? -1 : 1));
    }

    // A later round of stamps: lines of sha256sum and of sha512sum over what the earlier ones stamped.
    async checkRenewal(list) {
        const { bundle } = this;
        const sums = (await bundle.text(list)).split("\n").filter((line) => line && !line.startsWith("#"));
        if (!sums.some((line) => line.endsWith("  SEAL.txt"))) throw new Finding("malformed", list);
        for (const line of sums) {
            const [, digest, path] = /^([0-9a-f]{64}|[0-9a-f]{128})  (.+)$/.exec(line) || [];
            if (!path) throw new Finding("malformed", list);
            if (digest.length !== 64 && !(globalThis.crypto && crypto.subtle)) continue;
            const found = digest.length === 64 ? bundle.digest(path)
                : hex(new Uint8Array(await crypto.subtle.digest("SHA-512", await bundle.bytes(path))));
            if (found !== digest) this.find("changed", path);
        }
    }

    // The log's key signed trees that hold every entry; the files cut out of a receipt are those in it.
    async checkLog() {
        const { bundle } = this;
        const key = await bundle.read("log/vkey.txt", (text) => verifierKey(text.trimEnd()));
        this.facts.logKey = (await bundle.text("log/vkey.txt")).trimEnd();
        if (this.claims && this.claims.get("log key") !== this.facts.logKey) this.find("otherKey", "log/vkey.txt");
        const roots = new Map();
        const entries = [];
        const number = (path) => parseInt(path.slice("receipts/".length), 10);
        const proofs = bundle.under("receipts/").filter((path) => path.endsWith(".tlog-proof"));
        // 10000 comes after 9999.
        for (const path of proofs.sort((left, right) => number(left) - number(right))) {
            const proof = await bundle.read(path, receipt);
            const head = checkpoint(proof.note.text);
            const entry = logEntry(proof.entry);
            if (!head || !entry) throw new Finding("malformed", path);
            const signature = proof.note.signatures.find(({ name, id }) => name === key.name && id === key.id);
            const valid = signature ? ed25519(key.key, signature.bytes, toUTF8(proof.note.text)) : false;
            await this.signature(head.origin === key.name && valid, "badCheckpoint", path);
            if (!isIncluded(proof, head)) this.find("notIncluded", path);
            const root = roots.get(head.size) || hex(head.root);
            if (root !== hex(head.root)) this.find("twoTrees", path);
            roots.set(head.size, root);
            const previous = entries[entries.length - 1];
            if (previous && !(previous.index < proof.index && previous.accepted <= entry.accepted)) this.find("outOfOrder", path);
            const stem = path.slice(0, -".tlog-proof".length);
            const actor = (entry.fields.get("actor") || [])[0];
            const own = entry.signatures.find(({ name }) => name === actor);
            const cut = {
                ".entry": proof.entry, ".statement": toUTF8(entry.text), ".statement.sig": own ? own.bytes : [],
                ".checkpoint": toUTF8(proof.note.text), ".checkpoint.sig": signature ? signature.bytes : [],
            };
            for (const [suffix, bytes] of Object.entries(cut)) {
                if (!same(await bundle.bytes(stem + suffix), bytes)) this.find("otherThanReceipt", stem + suffix);
            }
            entries.push({ path, index: proof.index, bytes: proof.entry, actor, ...entry });
        }
        if (!entries.length) throw new Finding("missing", "receipts/");
        this.entries = entries;
        await this.checkStamped(key);
    }

    // What proves that an entry is in the tree of a checkpoint that an authority stamped.
    async checkStamped(key) {
        for (const path of this.bundle.under("log/").filter((path) => /^log\/checkpoint-\d+\.\d+\.tlog-proof$/.test(path))) {
            const stamped = path.replace(/\.\d+\.tlog-proof$/, ".txt");
            const proof = await this.bundle.read(path, receipt);
            const note = await this.bundle.read(stamped, signedNote);
            const head = checkpoint(note.text);
            const signature = note.signatures.find(({ name, id }) => name === key.name && id === key.id);
            const valid = signature && proof.note.text === note.text && ed25519(key.key, signature.bytes, toUTF8(note.text));
            const entry = this.entries.find(({ index, bytes }) => index === proof.index && same(bytes, proof.entry));
            await this.signature(valid ?? false, "badCheckpoint", stamped);
            if (!head || !entry || !isIncluded(proof, head)) this.find("notIncluded", path);
            else this.facts.stamped.push({ stamped, index: entry.index });
        }
    }

    // Each statement is signed by the person whom it names, whose record is the one of that fingerprint.
    async checkPeople() {
        const { bundle } = this;
        if (!this.entries) throw new Finding("needs", "log");
        const keys = new Map();
        for (const path of bundle.under("identities/").filter((path) => path.endsWith(".txt"))) {
            const record = await bundle.bytes(path);
            const fingerprint = hex(sha256(record));
            const signing = (fields(fromUTF8(record) || "").get("signing") || [])[0];
            const key = signing && fromBase64(signing);
            if (path !== `identities/${fingerprint}.txt` || !key) this.find("otherIdentity", path);
            else keys.set(fingerprint, key);
        }
        for (const { path, actor, text, signatures } of this.entries) {
            if (!keys.has(actor)) {
                this.find("noIdentity", path);
                continue;
            }
            // A quorum's statement has several signatures; those of people who are shown here are checked.
            const known = signatures.filter(({ name }) => keys.has(name));
            if (!known.some(({ name }) => name === actor)) this.find("badStatement", path);
            for (const { name, bytes } of known) {
                await this.signature(ed25519(keys.get(name), bytes, toUTF8(text)), "badStatement", path);
            }
        }
    }

    // Each list of commitments was signed with a submission, and each disclosed fact is on its list.
    async checkRegister() {
        const { bundle, facts } = this;
        const committed = new Set();
        for (const path of bundle.under("register/").filter((path) => path.endsWith("/commitments.txt"))) {
            for (const line of await bundle.read(path, lines)) committed.add(line);
            const [, name] = path.split("/");
            const submit = (this.entries || []).find(({ act, fields }) =>
                act === "submit" && (fields.get("commitments") || [])[0] === bundle.digest(path));
            if (!submit) this.find("unsignedList", path);
            else facts.submissions.push({ name, accepted: submit.accepted, index: submit.index });
        }
        if (!facts.submissions.length) throw new Finding("missing", "register/S0001/commitments.txt");
        const all = await bundle.read(commitments, checksums);
        const digests = new Set(all.values());
        if (digests.size !== committed.size || ![...digests].every((digest) => committed.has(digest))) {
            this.find("otherCommitments", commitments);
        }
        this.leaves = new Map();
        for (const [path, digest] of all) {
            if (!path.startsWith("leaves/")) {
                facts.undisclosed += 1;
                continue;
            }
            const place = `register/${path}`;
            if (bundle.digest(place) !== digest) this.find("uncommitted", place);
        }
        for (const path of bundle.under("register/leaves/")) {
            if (!all.has(path.slice("register/".length))) this.find("uncommitted", path);
            const { leaf, value } = await bundle.read(path, parsedLeaf);
            const [, submission] = /^register\/leaves\/(S\d{4,})-/.exec(path) || [];
            if (path !== `register/leaves/${submission}-${leaf.replaceAll("/", "-")}.json`) this.find("malformed", path);
            this.leaves.set(`${submission} ${leaf}`, value);
        }
        for (const path of facts.added.filter((path) => path.endsWith(".json"))) {
            const found = parsedLeaf(fromUTF8(await bundle.bytes(path)) || "");
            if (!found) continue;
            if (digests.has(bundle.digest(path))) facts.unsealed.push({ path, leaf: found.leaf });
            else this.find("uncommitted", path);
        }
        if (bundle.has("register/withheld.csv")) facts.withheld = csv(await bundle.text("register/withheld.csv"));
    }

    // Each file is the one whose hash was committed to.
    async checkItems() {
        const { bundle, facts } = this;
        if (!this.leaves) throw new Finding("needs", "register");
        const folders = new Set(bundle.under("data/items/").map((path) => path.split("/")[2]));
        for (const exhibit of folders) {
            const path = `data/items/${exhibit}/item.json`;
            const item = await bundle.read(path, parsedJSON);
            const prefix = `${item.submission} item/${String(item.item).padStart(4, "0")}/`;
            const files = bundle.under(`data/items/${exhibit}/`).filter((path) => path.split("/").length > 4);
            const file = this.leaves.get(`${prefix}file`);
            if (files.length > (file ? 1 : 0)) this.find("unexpected", files[0]);
            const isSame = file ? files.length === 1 && bundle.digest(files[0]) === file.sha256 : null;
            if (isSame === false) this.find("otherFile", files[0] || path);
            const times = this.leaves.get(`${prefix}times`);
            const said = [[item.modified, times?.modified], [item.size, file?.size], [item.sha256, file?.sha256]];
            if (said.some(([value, committed]) => value !== committed)) this.find("otherFact", path);
            for (const [aspect, value] of Object.entries(item)) {
                const leaf = this.leaves.get(prefix + aspect);
                const isCommitted = leaf !== undefined || ["name", "type", "role"].includes(aspect);
                if (isCommitted && JSON.stringify(leaf) !== JSON.stringify(value)) this.find("otherFact", path);
            }
            if (bundle.has(`data/items/${exhibit}/shown.txt`)) await this.checkShown(exhibit, item, prefix);
            const submission = facts.submissions.find(({ name }) => name === item.submission);
            facts.exhibits.push({
                exhibit, name: item.name, isSame, size: file ? bundle.files.get(files[0])?.size : null,
                digest: file ? file.sha256 : null, since: submission ? submission.accepted : "",
            });
        }
    }

    // What is shown of a text whose file is withheld: its disclosed paragraphs, with a mark for each gap.
    async checkShown(exhibit, item, prefix) {
        const path = `data/items/${exhibit}/shown.txt`;
        let text = "", next = 1;
        for (const number of [].concat(item.paragraphs ?? [])) {
            const paragraph = this.leaves.get(`${prefix}paragraph/${String(number).padStart(4, "0")}`);
            if (typeof paragraph !== "string") throw new Finding("otherFact", path);
            text += (number > next ? "[withheld]\n\n" : "") + paragraph;
            next = number + 1;
        }
        const whole = `${text}${text.endsWith("\n") ? "" : "\n"}\n[end of what is shown]\n`;
        if (whole !== await this.bundle.text(path)) this.find("otherFact", path);
    }

    // The last entry is the export of just this payload.
    async checkExport() {
        if (!this.entries) throw new Finding("needs", "log");
        const last = this.entries[this.entries.length - 1];
        const value = (key) => (last.fields.get(key) || [""])[0];
        if (last.act !== "export") throw new Finding("noExport", last.path);
        if (value("manifest") !== this.bundle.digest("manifest-sha256.txt")) throw new Finding("otherExport", last.path);
        // The person who exported named the key, and signed that.
        if (value("key") !== this.facts.keys.map(({ digits }) => digits).join(" ")) this.find("otherExportKey", last.path);
        this.facts.exported = {
            accepted: last.accepted, actor: last.actor, class: value("class"), case: value("case"), vault: value("vault"),
        };
    }
}

function parsedJSON(text) {
    try {
        const value = JSON.parse(text);
        return value && typeof value === "object" ? value : null;
    } catch {
        return null;
    }
}

// A fact with its salt: one line.
function parsedLeaf(text) {
    const value = /^\{"salt":"[0-9a-f]{64}","leaf":"[a-z0-9_/-]+","value":[^\n]*\}\n$/.test(text) ? parsedJSON(text) : null;
    return value;
}
