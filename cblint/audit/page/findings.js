// The findings in columns, and which of them filters let through.

const IS_NEW = 1,
  IS_SUPPRESSED = 2,
  IS_SAFE = 4,
  IS_FIXED = 12,
  IS_EXACT = 16;
const DETAIL_BLOCK = 200;
const is = (finding, flag) => (columns.flags[finding] & flag) !== 0;
const rules = frame.rules,
  repositories = frame.repositories,
  owners = frame.owners;
const size = frame.findings;
const columns = {
  repository: new Uint32Array(size),
  rule: new Uint32Array(size),
  severity: new Uint8Array(size),
  path: new Uint32Array(size),
  message: new Uint32Array(size),
  line: new Float64Array(size),
  column: new Float64Array(size),
  since: new Float64Array(size),
  flags: new Uint8Array(size),
  group: new Uint32Array(size),
};
const fingerprints = [];
const texts = [];
const groups = []; // the owners of a file, by their numbers

for (const element of all("script[data-block=index]")) {
  const block = JSON.parse(element.textContent);
  const first = fingerprints.length;
  for (const name of Object.keys(columns)) {
    const add = name === "group" ? groups.length : 0,
      column = columns[name],
      values = block[name];
    for (let place = 0; place < values.length; place++) column[first + place] = values[place] + add;
  }
  for (const fingerprint of block.fingerprint) fingerprints.push(fingerprint);
  for (const text of block.texts) texts.push(text);
  for (const group of block.groups) groups.push(group);
  element.remove();
}

const toFindings = (filters, ...label) => made("a", { href: addressOf("findings", filters) }, ...label);
const toRule = (rule) => toFindings({ rule: rules.name[rule] }, named(rules.name[rule]));
const toRepository = (place) => toFindings({ repository: repositories.name[place] }, named(repositories.name[place]));
const toOwner = (owner) => toFindings({ owner: owners.name[owner] }, named(owners.name[owner], "no owner"));
// Where a host shows a line of a file; empty if that is not known.
const BLOBS = ["", "/blob/", "/-/blob/"];

function sourceOf(repository, path, line) {
  const kind = repositories.source[repository];
  if (kind === 0) return "";
  const steps = path.split("/").map(encodeURIComponent).join("/");
  return `${repositories.web[repository]}${BLOBS[kind]}${repositories.commit[repository]}/${steps}#L${line}`;
}

const ownerOf = (group) => owners.name[groups[group][0]];

// Details stand behind the scripts, so that the page can be used before all of them have come.
const arrived =
  document.readyState === "loading"
    ? new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }))
    : Promise.resolve();
let detailElements = null;
let held = { number: -1, block: [] };

function detailsOf(finding) {
  detailElements ??= all("script[data-block=details]");
  const number = Math.floor(finding / DETAIL_BLOCK);
  if (held.number !== number) held = { number, block: JSON.parse(detailElements[number].textContent) };
  const [detail, where, suppressed, snippet, places, omitted, fix] = held.block[finding % DETAIL_BLOCK];
  return { detail: texts[detail], where: texts[where], suppressed: texts[suppressed], snippet, places, omitted, fix };
}

// What names a finding in an address: its fingerprint, and how many before it have the same.
let keys = null;

function known() {
  if (keys !== null) return keys;
  keys = { same: new Map(), before: new Uint32Array(size) };
  fingerprints.forEach((fingerprint, finding) => {
    const same = keys.same.get(fingerprint);
    if (same === undefined) keys.same.set(fingerprint, [finding]);
    else keys.before[finding] = same.push(finding) - 1;
  });
  return keys;
}

function keyOf(finding) {
  const before = known().before[finding];
  return before === 0 ? fingerprints[finding] : `${fingerprints[finding]}.${before}`;
}

function findingOf(key) {
  const { same } = known(),
    dot = key.lastIndexOf(".");
  return same.get(key)?.[0] ?? same.get(key.slice(0, Math.max(dot, 0)))?.[Number(key.slice(dot + 1))] ?? -1;
}

// Orders

const SECRETS = rules.category.map((category) => category === "secrets");
const orders = new Map();

function sorted(order, bucketOf, buckets) {
  const starts = new Uint32Array(buckets + 1),
    result = new Uint32Array(order.length);
  for (const finding of order) starts[bucketOf(finding) + 1]++;
  for (let bucket = 0; bucket < buckets; bucket++) starts[bucket + 1] += starts[bucket];
  for (const finding of order) result[starts[bucketOf(finding)]++] = finding;
  return result;
}

// The rank of each text, so that sorting by it is counting.
function ranks(named) {
  const places = named.map((_, place) => place);
  places.sort((left, right) => (named[left] < named[right] ? -1 : named[left] > named[right] ? 1 : 0));
  const result = new Uint32Array(named.length);
  places.forEach((place, rank) => {
    result[place] = rank > 0 && named[place] === named[places[rank - 1]] ? result[places[rank - 1]] : rank;
  });
  return result;
}

const SORTED = {
  rule: () => [ranks(rules.name), columns.rule],
  repository: () => [ranks(repositories.name), columns.repository],
  path: () => {
    const used = [...new Set(columns.path)],
      rank = ranks(used.map((path) => texts[path]));
    const all = new Uint32Array(texts.length);
    used.forEach((path, place) => {
      all[path] = rank[place];
    });
    return [all, columns.path];
  },
  owner: () => [ranks(groups.map((_, group) => ownerOf(group))), columns.group],
};

// All findings in an order. The worst stand first: errors, among them secrets, among them new ones.
function orderBy(name) {
  if (!orders.has(name)) {
    const { severity, rule, flags } = columns;
    const worst = (finding) =>
      severity[finding] * 4 + (SECRETS[rule[finding]] ? 0 : 2) + (flags[finding] & IS_NEW ? 0 : 1);
    let order = Uint32Array.from({ length: size }, (_, place) => place);
    order = sorted(order, worst, 12);
    if (Object.hasOwn(SORTED, name)) {
      const [rank, column] = SORTED[name]();
      if (name === "path") order = sorted(order, (finding) => Math.min(columns.line[finding], 99999), 100000);
      order = sorted(order, (finding) => rank[column[finding]], rank.length + 1);
    }
    orders.set(name, order);
  }
  return orders.get(name);
}

// Filters

let lowered = null;
const words = new Map();

function hits(all, word) {
  const found = new Uint8Array(all.length);
  for (let place = 0; place < all.length; place++) found[place] = all[place].includes(word) ? 1 : 0;
  return found;
}

// A file with its line, and perhaps its column, as they are shown; some of it may still have to be typed.
function spotOf(word) {
  const [, path, line, column] = /^(.*?):(\d*)(?::(\d*))?$/.exec(word) ?? [];
  if (path === undefined) return null;
  return {
    paths: Uint8Array.from(lowered.texts, (text) => (text.endsWith(path) ? 1 : 0)),
    line: Number(line || Number.NaN),
    column: Number(column || Number.NaN),
  };
}

function isAt(finding, { paths, line, column }) {
  return (
    paths[columns.path[finding]] === 1 &&
    (Number.isNaN(line) || columns.line[finding] === line) &&
    (Number.isNaN(column) || columns.column[finding] === column)
  );
}

function hitsOf(word) {
  lowered ??= {
    texts: texts.map((text) => text.toLowerCase()),
    rules: rules.name.map((name, place) => `${name} ${rules.code[place]}`.toLowerCase()),
    repositories: repositories.name.map((name) => name.toLowerCase()),
    owners: owners.name.map((name) => name.toLowerCase()),
  };
  if (!words.has(word)) {
    if (words.size > 8) words.clear();
    const owner = hits(lowered.owners, word);
    words.set(word, {
      word,
      texts: hits(lowered.texts, word),
      rules: hits(lowered.rules, word),
      repositories: hits(lowered.repositories, word),
      groups: Uint8Array.from(groups, (group) => (group.some((each) => owner[each]) ? 1 : 0)),
      spot: spotOf(word),
    });
  }
  return words.get(word);
}

// A name that there is stands for itself only; anything else for all names that hold it.
function mask(names, wanted) {
  const exact = names.includes(wanted),
    low = wanted.toLowerCase();
  return Uint8Array.from(names, (name) => ((exact ? name === wanted : name.toLowerCase().includes(low)) ? 1 : 0));
}

function masks(filters) {
  const owner = filters.has("owner") && mask(owners.name, filters.get("owner"));
  const category = filters.has("category") && filters.get("category");
  return {
    rule: Uint8Array.from(rules.name, (name, place) =>
      Number(
        (!filters.has("rule") || name === filters.get("rule")) &&
          (category === false || rules.category[place] === category),
      ),
    ),
    repository: filters.has("repository") ? mask(repositories.name, filters.get("repository")) : null,
    group: owner && Uint8Array.from(groups, (group) => Number(group.some((each) => owner[each]))),
    severity: filters.has("severity")
      ? SEVERITIES.map((name) => filters.get("severity").split(",").includes(name))
      : null,
    words: (filters.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8).map(hitsOf),
  };
}

// The findings that filters let through, in the order asked for, how many there are of each severity were all of these
// wanted, and in how many repositories.
function filtered(filters) {
  const { repository, rule, severity, path, message, flags, group } = columns;
  const by = masks(filters);
  const suppressed = filters.get("suppressed"),
    fix = filters.get("fix") === "any" ? IS_FIXED : filters.get("fix") === "safe" ? IS_SAFE : 0;
  const fresh = filters.has("new"),
    backwards = (filters.get("sort") ?? "").startsWith("-");
  const order = orderBy((filters.get("sort") ?? "").replace("-", ""));
  const rows = new Uint32Array(size),
    counts = [0, 0, 0],
    seen = new Uint8Array(repositories.name.length);
  let length = 0,
    places = 0;
  for (let place = 0; place < size; place++) {
    const finding = order[backwards ? size - 1 - place : place],
      flag = flags[finding];
    if (flag & IS_SUPPRESSED ? suppressed !== "shown" && suppressed !== "only" : suppressed === "only") continue;
    if ((fresh && !(flag & IS_NEW)) || (fix && !(flag & fix)) || !by.rule[rule[finding]]) continue;
    if (by.repository && !by.repository[repository[finding]]) continue;
    if (by.group && !by.group[group[finding]]) continue;
    if (
      !by.words.every(
        (word) =>
          word.texts[message[finding]] ||
          word.texts[path[finding]] ||
          word.rules[rule[finding]] ||
          word.repositories[repository[finding]] ||
          word.groups[group[finding]] ||
          (word.spot && isAt(finding, word.spot)) ||
          fingerprints[finding].startsWith(word.word),
      )
    )
      continue;
    counts[severity[finding]]++;
    if (by.severity && !by.severity[severity[finding]]) continue;
    rows[length++] = finding;
    if (!seen[repository[finding]]) {
      seen[repository[finding]] = 1;
      places++;
    }
  }
  return { rows: rows.subarray(0, length), counts, places };
}
