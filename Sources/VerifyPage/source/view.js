// What the person sees. Everything from the bundle becomes a text node: it is hostile input.

const languages = Object.keys(strings);
let language = languages.find((code) => (navigator.language || "").toLowerCase().startsWith(code)) || "en";
let checks = null;
const byID = (id) => document.getElementById(id);

function make(name, attributes, ...parts) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    node.append(...parts.filter((part) => part !== null));
    return node;
}

// Text from the bundle: what is not visible, or turns the writing direction, is written out.
function shown(text, name = "bdi") {
    const hidden = /[\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
    const code = (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
    const whole = String(text);
    return make(name, {}, (whole.length > 500 ? `${whole.slice(0, 500)}…` : whole).replace(hidden, code));
}

const code = (text) => shown(text, "code");

// 64 digits in groups of four, as paper has them.
const grouped = (text) => code(/^[0-9a-f]{64}$/.test(text) ? text.match(/.{4}/g).join(" ") : text);

// A sentence of the page, in whose {holes} the values stand.
function say(key, values = {}) {
    const text = strings[language][key] || strings.en[key] || key;
    const parts = text.split(/\{([a-z]+)\}/).map((part, place) => (place % 2 ? values[part] ?? "" : part));
    return make("span", {}, ...parts);
}

function size(bytes) {
    if (bytes === null || bytes === undefined) return "";
    const [unit, divisor] = bytes < 1e6 ? ["byte", 1] : bytes < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
    const style = { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: 1 };
    return new Intl.NumberFormat(language, style).format(bytes / divisor);
}

const number = (value) => new Intl.NumberFormat(language).format(value);
const nameText = (name) => (name && typeof name === "object" ? `base64: ${name.base64}` : name ?? "");

function section(key, ...parts) {
    return make("section", { id: key }, make("h2", {}, say(key)), ...parts);
}

function list(items) {
    return make("ul", {}, ...items.map((item) => make("li", {}, item)));
}

function table(heads, rows) {
    const cells = (name, values) => make("tr", {}, ...values.map((value) => make(name, {}, value)));
    return make("table", {}, make("thead", {}, cells("th", heads)), make("tbody", {}, ...rows.map((row) => cells("td", row))));
}

function verdict({ outcome, steps, facts }) {
    const { files, bytes } = outcome === "unchanged" ? facts.sealed : facts.read;
    const counts = { files: number(files), size: size(bytes) };
    const failed = steps.filter((step) => step.outcome === "failed");
    return make("section", { class: `verdict ${outcome}` },
        make("h2", {}, say(outcome)),
        make("p", {}, say(`${outcome}Body`, counts)),
        failed.length ? list(failed.map(({ id }) => say(`step.${id}`))) : null,
        outcome === "changed" ? null : make("p", {}, say("notYet")),
    );
}

// Numbers as they stand on paper, in any grouping.
function comparison(facts) {
    const field = make("input", { type: "text", id: "paper", spellcheck: "false", autocomplete: "off" });
    const answer = make("p", { class: "answer", id: "answer", role: "status" });
    const known = [["sameSeal", facts.seal ? facts.seal.digest : null]];
    for (const { fingerprint, digits } of facts.keys) known.push(["sameKey", fingerprint], ["sameKey", digits]);
    const plain = (text) => (/^\s*SHA256:/i.test(text) ? text.trim() : text.replace(/[\s:.-]/g, "").toLowerCase());
    field.addEventListener("input", () => {
        const typed = plain(field.value);
        const [found] = known.find(([, value]) => value && value === typed) || [];
        const short = !/^SHA256:/.test(typed) && typed.length < 64;
        answer.className = typed && !found && !short ? "answer different" : "answer";
        answer.replaceChildren(typed ? say(found || (short ? "tooShort" : "different"), { count: number(typed.length) }) : "");
    });
    return section("compare",
        make("p", {}, say("compareBody")),
        table([say("what"), say("number")], [
            [say("sealNumber"), facts.seal ? grouped(facts.seal.digest) : ""],
            ...facts.keys.map(({ algorithm, fingerprint }) => [say("keyNumber", { algorithm }), grouped(fingerprint)]),
        ]),
        make("p", {}, make("label", { for: "paper" }, say("typeNumber"))), field, answer,
        make("p", { class: "aside" }, say("compareAside")),
    );
}

function since(facts) {
    const items = facts.tokens.flatMap(({ about, time, authority }) => {
        const inTree = facts.submissions.filter(({ index }) =>
            facts.stamped.some((proof) => proof.stamped === about && proof.index === index));
        const names = inTree.length ? inTree.map(({ name }) => name) : [about];
        return names.map((name) => say(inTree.length ? "tokenLogged" : "tokenSays", {
            about: code(name), time: code(time), authority: shown(authority),
        }));
    });
    for (const { name, accepted } of facts.submissions) items.push(say("submitted", { name: code(name), time: code(accepted) }));
    if (facts.exported) items.push(say("exported", { time: code(facts.exported.accepted), class: code(facts.exported.class) }));
    return section("since", list(items), facts.hasTokens && !facts.tokens.length ? null
        : make("p", { class: "aside" }, say(facts.hasTokens ? "tokenAside" : "find.noTokens")));
}

function whose(facts) {
    return section("whose",
        facts.seal && facts.seal.words.length ? make("p", {}, say("sealSays")) : null,
        facts.seal && facts.seal.words.length ? make("pre", {}, ...facts.seal.words.flatMap((line) => [shown(line), "\n"])) : null,
        facts.logKey ? make("p", {}, say("logKey", { key: code(facts.logKey) })) : null,
        make("p", { class: "aside" }, say("whoseAside")),
    );
}

function exhibits(facts) {
    const heads = [say("exhibit"), say("name"), say("size"), say("logged"), say("asSubmitted"), "SHA-256"];
    const answer = (isSame) => (isSame === null ? "" : isSame ? say("yes") : make("strong", { class: "different" }, say("no")));
    return section("exhibits", table(heads, facts.exhibits.map((item) => [
        code(item.exhibit), shown(nameText(item.name)), size(item.size), code(item.since),
        answer(item.isSame), item.digest ? code(item.digest) : say("withheldFile"),
    ])));
}

function withheld(facts) {
    const [heads = [], ...rows] = facts.withheld;
    return section("withheld",
        make("p", {}, say("undisclosed", { count: number(facts.undisclosed) })),
        rows.length ? make("p", {}, say("withheldRows", { count: number(rows.length) })) : null,
        rows.length ? table(heads.map((cell) => shown(cell)), rows.map((row) => row.map((cell) => shown(cell)))) : null,
        facts.unsealed.length ? make("p", {}, say("unsealedLater")) : null,
        facts.unsealed.length ? list(facts.unsealed.map(({ path, leaf }) => make("span", {}, code(path), " ", code(leaf)))) : null,
    );
}

function added(facts) {
    const parts = [];
    if (facts.added.length) parts.push(make("p", {}, say("addedBody")), list(facts.added.map(code)));
    if (facts.litter.length) parts.push(make("p", {}, say("litter")), list(facts.litter.map(code)));
    return parts.length ? section("added", ...parts) : null;
}

function steps({ steps }) {
    const rows = steps.map(({ id, outcome, findings }) => {
        const rest = findings.length - 20;
        const said = findings.slice(0, 20).map(({ sentence, about }) => make("li", { "data-finding": sentence },
            say(`find.${sentence}`, { path: sentence === "needs" ? say(`step.${about}`) : code(about) })));
        if (rest > 0) said.push(make("li", {}, say("more", { count: number(rest) })));
        return make("li", { "data-step": id, "data-outcome": outcome, class: outcome },
            make("span", { class: "mark" }, say(outcome)), " ", say(`step.${id}`),
            said.length ? make("ul", {}, ...said) : null);
    });
    return section("steps", make("ol", { class: "steps" }, ...rows));
}

function render() {
    document.documentElement.lang = language;
    for (const node of document.querySelectorAll("[data-string]")) node.textContent = strings[language][node.dataset.string];
    if (!checks) return;
    const { facts } = checks;
    const limits = ["limitTruth", "limitBefore", "limitWho", "limitTime", "limitLeftOut", "limitPage"];
    byID("report").replaceChildren(...[
        verdict(checks), comparison(facts), since(facts), whose(facts), exhibits(facts), withheld(facts), added(facts),
        section("limits", list(limits.map((key) => say(key)))), steps(checks),
    ].filter(Boolean));
    byID("report").hidden = false;
    document.body.dataset.outcome = checks.outcome;
}

async function check(entries) {
    const progress = byID("progress"), bar = progress.querySelector("progress");
    checks = null;
    delete document.body.dataset.outcome;
    byID("report").hidden = true;
    byID("problem").hidden = true;
    try {
        const bundle = new Bundle(entries);
        let done = 0, painted = 0;
        const paint = () => {
            bar.value = bundle.size ? done / bundle.size : 1;
            byID("done").replaceChildren(say("working", { done: size(done), all: size(bundle.size) }));
        };
        progress.hidden = false;
        paint();
        await bundle.hash((count) => {
            done += count;
            if (performance.now() - painted < 100) return;
            painted = performance.now();
            paint();
        });
        const made = new Checks(bundle);
        await made.run();
        checks = made;
        render();
    } catch (error) {
        const finding = error instanceof Finding ? error : new Finding("broken", String(error));
        byID("problem").replaceChildren(say(`find.${finding.sentence}`, { path: code(finding.about) }));
        byID("problem").hidden = false;
        document.body.dataset.outcome = "problem";
    }
    progress.hidden = true;
}

for (const code of languages) byID("language").append(make("option", { value: code, lang: code }, strings[code].ownName));
byID("language").value = language;
byID("language").addEventListener("change", ({ target }) => {
    language = target.value;
    render();
});
byID("folder").addEventListener("change", ({ target }) => {
    if (target.files.length) check(picked(target.files));
    // So that the same folder can be chosen again.
    target.value = "";
});
// The field covers its box and takes what is dropped there. Elsewhere the browser would leave the page.
for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
        if (event.target !== byID("folder")) event.preventDefault();
    });
}
for (const [kind, isOver] of [["dragenter", true], ["dragleave", false], ["drop", false]]) {
    byID("folder").addEventListener(kind, () => byID("choose").classList.toggle("over", isOver));
}
render();
