// A finding in full: in a dialog, and on paper.

const dialog = one("#opened"),
  body = one("#opened-body");
const SAFE = "safe: cblint check --fix applies it";
const UNSAFE = "may change what the build does: cblint check --fix --unsafe-fixes applies it";
const MOST_PRINTED = 1000; // some hundred sheets
let current = -1;

function pathTo(finding) {
  const wanted = new URLSearchParams(shown.filters);
  const page = Math.floor(shown.rows.indexOf(finding) / PAGE) + 1;
  if (page > 1) wanted.set("page", page);
  wanted.set("finding", keyOf(finding));
  return addressOf("findings", wanted);
}

// Opening is a step that the browser can take back; so closing takes it back.
function open(finding) {
  moveTo(pathTo(finding), dialog.open, dialog.open ? history.state : { opened: true });
  render();
}

function close() {
  if (history.state?.opened) history.back();
  else {
    const { filters } = here();
    filters.delete("finding");
    go("findings", filters, true);
  }
}

async function showOpened(key) {
  const finding = key === null ? -1 : findingOf(key);
  if (key !== null && finding < 0) announce("The finding of this address is not in this report.");
  if (finding < 0) {
    if (dialog.open) dialog.close();
    if (current >= 0) (one(`tr[data-finding="${current}"] a.open`, list) ?? one("#findings-title")).focus();
    current = -1;
    return;
  }
  if (current === finding) return;
  current = finding;
  await arrived;
  if (current !== finding) return;
  body.replaceChildren(...parts(finding, detailsOf(finding), "h2"));
  one("h2", body).id = "opened-title";
  const place = shown.rows.indexOf(finding);
  one("#position").textContent =
    place < 0 ? "Not among those shown" : `${written(place + 1)} of ${written(shown.rows.length)}`;
  for (const [id, by] of [
    ["previous", -1],
    ["next", 1],
  ]) {
    const gone = place < 0 || shown.rows[place + by] === undefined;
    if (gone) one(`#${id}`).setAttribute("aria-disabled", "true");
    else one(`#${id}`).removeAttribute("aria-disabled");
  }
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  const title = one("#opened-title");
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

function neighbour(by) {
  const place = shown.rows.indexOf(current);
  const next = place < 0 ? undefined : shown.rows[place + by];
  if (next !== undefined) open(next);
}

function prepareDialog() {
  one("#previous").addEventListener("click", () => neighbour(-1));
  one("#next").addEventListener("click", () => neighbour(1));
  one("#close").addEventListener("click", close);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  // A browser lets no page keep a dialog open for ever, whatever it does about the first Escape.
  dialog.addEventListener("close", () => here().filters.has("finding") && close());
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [view, filters] = link
      .getAttribute("href")
      .slice(1)
      .split(/\?(.*)/s);
    go(view, new URLSearchParams(filters ?? ""), true);
  });
}

function parts(finding, { detail, where, suppressed, snippet, places, omitted, fix }, heading) {
  const rule = columns.rule[finding],
    repository = columns.repository[finding];
  const below = heading === "h2" ? "h3" : "h4";
  const place = (each) => placed(repository, each);
  const steps = places.filter(([step]) => step > 0).sort(([left], [right]) => left - right);
  const beside = places.filter(([step]) => step <= 0);
  const since = columns.since[finding],
    began = frame.started[since];
  return [
    made(
      "p",
      { class: "marks" },
      severityMark(SEVERITIES[columns.severity[finding]]),
      toRule(rule),
      made("span", { class: "code" }, rules.code[rule]),
      is(finding, IS_NEW) && made("span", { class: "badge" }, "new"),
      is(finding, IS_SUPPRESSED) && made("span", { class: "badge" }, "suppressed"),
    ),
    made(heading, {}, messageOf(finding)),
    detail && made("p", { class: "lines" }, made("bdi", {}, detail)),
    snippet.length > 0 && code(snippet),
    steps.length > 0 && made(below, {}, "How it comes about"),
    steps.length > 0 && made("ol", { class: "places" }, ...steps.map(place)),
    omitted > 0 && made("p", { class: "under" }, `${counted(omitted, "more place")} not shown`),
    beside.length > 0 && made(below, {}, "See also"),
    beside.length > 0 && made("ul", { class: "places" }, ...beside.map(place)),
    ...(fix ? mended(fix, below) : []),
    ...help(rule, below),
    made(below, {}, "About it"),
    facts([
      [
        "Repository",
        toRepository(repository),
        repositories.web[repository] && outward(repositories.web[repository], " open on its host"),
      ],
      ["File", linkOf(finding, `${placeOf(finding)}:${columns.column[finding]}`)],
      where && ["In", made("bdi", { class: "code" }, where)],
      repositories.branch[repository] && ["Branch", named(repositories.branch[repository])],
      repositories.commit[repository] && ["Commit", made("bdi", { class: "code" }, repositories.commit[repository])],
      ["Owner", ...groups[columns.group[finding]].flatMap((owner, place) => [place > 0 && ", ", toOwner(owner)])],
      ["First seen", `run ${since}${began ? `, ${began}` : ""}`],
      suppressed && ["Suppressed by", made("bdi", {}, suppressed)],
      ["Fingerprint", made("bdi", { class: "code" }, fingerprints[finding])],
    ]),
    heading === "h2" && made(below, {}, "If it is right as it is"),
    heading === "h2" &&
      made("p", { class: "under" }, "A comment on the line, or alone on the line above, suppresses it. Say why."),
    heading === "h2" && copied(rules.comment[rule], "Copy the comment"),
  ].filter(Boolean);
}

function code(lines) {
  return made(
    "div",
    { class: "snippet", role: "region", "aria-label": "Lines of the file", tabindex: 0 },
    made(
      "table",
      {},
      made("caption", { class: "unseen" }, "Lines of the file; what the finding is about is marked"),
      made(
        "thead",
        { class: "unseen" },
        made("tr", {}, made("th", { scope: "col" }, "Line"), made("th", { scope: "col" }, "Text")),
      ),
      made(
        "tbody",
        {},
        ...lines.map(([number, before, marked, after]) =>
          made(
            "tr",
            { class: marked ? "marked" : null },
            made("th", { scope: "row" }, number),
            made("td", {}, made("bdi", {}, before, marked && made("mark", {}, marked), after)),
          ),
        ),
      ),
    ),
  );
}

function placed(repository, [, message, path, line, column, isExact]) {
  return made(
    "li",
    {},
    made("bdi", {}, message),
    " ",
    linked(isExact && sourceOf(repository, path, line), `${path}:${line}:${column}`, "code under"),
  );
}

function mended([title, safe, before, after], heading) {
  const lines = (texts, sign, word, kind) =>
    texts.map((text) =>
      made(
        "li",
        { class: kind },
        made("span", { "aria-hidden": "true" }, sign),
        unseen(`${word}: `),
        made("bdi", {}, text),
      ),
    );
  return [
    made(heading, {}, "Fix"),
    made("p", {}, made("bdi", {}, title), ` (${safe ? SAFE : UNSAFE})`),
    (before.length > 0 || after.length > 0) &&
      made(
        "div",
        { class: "snippet", role: "region", "aria-label": "Lines that the fix changes", tabindex: 0 },
        made(
          "ul",
          { class: "changed-lines" },
          ...lines(before, "−", "removed", "removed"),
          ...lines(after, "+", "added", "added"),
        ),
      ),
  ];
}

// The page has the words about each rule once, as elements.
function help(rule, heading) {
  const about = one(`[data-help="${rule}"] .help`)?.cloneNode(true);
  if (!about) return [];
  for (const title of all("h4", about)) title.replaceWith(made(heading, {}, title.textContent));
  return [
    ...about.childNodes,
    rules.url[rule] && made("p", {}, outward(rules.url[rule], "All about ", named(rules.name[rule]))),
  ];
}

function facts(pairs) {
  return made(
    "dl",
    { class: "facts" },
    ...pairs
      .filter(Boolean)
      .map(([term, ...said]) => made("div", {}, made("dt", {}, term), made("dd", {}, ...said.filter(Boolean)))),
  );
}

function copied(text, label) {
  const button = made("button", { type: "button" }, label),
    shownText = made("code", {}, text);
  button.addEventListener("click", async () => {
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      getSelection().selectAllChildren(shownText);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Press Ctrl and C";
    one("#position").textContent = done
      ? "The comment is copied."
      : "The comment is selected: copy it with the keyboard.";
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
  return made("div", { class: "copied" }, shownText, button);
}

// On paper the findings that are filtered stand in full, as far as anybody reads on.
function layOut() {
  if (document.readyState === "loading" || here().view !== "findings") return;
  const { rows, filters } = shown;
  const said = filtersInWords(filters);
  const some = rows.subarray(0, MOST_PRINTED),
    printed = new Map();
  // In the order of the file, so that each block is read once.
  for (const finding of some.slice().sort()) {
    printed.set(finding, made("article", {}, ...parts(finding, detailsOf(finding), "h3")));
  }
  const isCut = rows.length > some.length;
  one("#printed").replaceChildren(
    made(
      "h2",
      {},
      isCut ? `The first ${written(some.length)} of ${written(rows.length)} findings` : counted(rows.length, "finding"),
      said && ` (${said})`,
    ),
    ...(isCut ? [made("p", {}, "The others are left out: filter for what is to be printed.")] : []),
    ...Array.from(some, (finding) => printed.get(finding)),
  );
}
