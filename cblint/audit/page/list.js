// The list of findings: its filters, its rows and its pages.

const PAGE = 50;
const MOST_NAMES = 200; // that are offered while somebody types
const form = one("#filters"),
  list = one("#list"),
  status = one("#count");
const FIELDS = ["q", "category", "rule", "repository", "owner", "fix", "suppressed"];
let shown = { said: null, filters: new URLSearchParams(), rows: new Uint32Array(), first: 0 };

const isWide = () => matchMedia("(min-width: 60rem)").matches;

function prepareFilters() {
  const sortedNames = (names) => [...new Set(names)].sort();
  for (const name of sortedNames(rules.category)) form.elements.category.append(new Option(name || "(no name)", name));
  for (const name of sortedNames(rules.name)) form.elements.rule.append(new Option(name || "(no name)", name));
  if (frame.runs < 2) form.elements.new.closest("label").hidden = true;
  offer("repository", repositories.name);
  offer("owner", owners.name);
  one("#more").open = isWide();
  const typed = later(60, () => change(true));
  for (const name of ["q", "repository", "owner"]) form.elements[name].addEventListener("input", typed);
  form.addEventListener("change", (event) => event.target.matches("select, [type=checkbox][name]") && change(false));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    go("findings", new URLSearchParams());
    announce("The filters are cleared.");
  });
  makeSortable(
    list,
    () => shown.filters,
    (filters) => go("findings", filters),
  );
  list.tBodies[0].addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const row = event.target.closest("tr[data-finding]");
    const link = event.target.closest("a");
    if (!row || (link && !link.matches(".open")) || (String(getSelection()) && !link)) return;
    event.preventDefault();
    open(Number(row.dataset.finding));
  });
}

// Names for a field in which one types: of ten thousand only those that fit.
function offer(field, names) {
  const input = form.elements[field],
    offered = one(`#${field}-names`);
  const fill = () => {
    const low = input.value.toLowerCase(),
      fitting = [];
    for (const name of names) {
      if (name && name.toLowerCase().includes(low)) fitting.push(name);
      if (fitting.length === MOST_NAMES) break;
    }
    offered.replaceChildren(...fitting.map((name) => made("option", { value: name })));
  };
  input.addEventListener("focus", fill);
  input.addEventListener("input", fill);
}

// What the form says, as it stands in the address.
function change(typing) {
  const filters = new URLSearchParams();
  for (const name of FIELDS) {
    const { value, placeholder } = form.elements[name];
    if (value || (placeholder && shown.filters.get(name) === "")) filters.set(name, value);
  }
  const wanted = all("[name=severity]:checked", form).map(({ value }) => value);
  if (wanted.length > 0) filters.set("severity", wanted.join(","));
  if (form.elements.new.checked) filters.set("new", "1");
  if (shown.filters.has("sort")) filters.set("sort", shown.filters.get("sort"));
  const inOrder = (each) => [...each].sort().join();
  if (inOrder(filters) !== inOrder(shown.filters)) go("findings", filters, typing);
}

function fillForm(filters) {
  for (const name of ["category", "rule"]) keepGone(form.elements[name], filters.get(name) ?? "");
  for (const name of FIELDS) {
    const field = form.elements[name],
      value = filters.get(name) ?? "";
    if (field.value !== value && document.activeElement !== field) field.value = value;
    else if (field.value !== value && field.value.trim() !== value.trim()) field.value = value;
    if (field.selectedIndex === -1) field.value = "";
    if (name === "repository" || name === "owner") {
      field.placeholder = filters.get(name) === "" ? (name === "owner" ? "no owner" : "(no name)") : "";
    }
  }
  const wanted = (filters.get("severity") ?? "").split(",");
  for (const box of all("[name=severity]", form)) box.checked = wanted.includes(box.value);
  form.elements.new.checked = filters.has("new");
  const isHidden = [...FIELDS.slice(1), "new"].some((name) => filters.has(name));
  if (isHidden && isWide()) one("#more").open = true;
}

// A name that is not in this report stands in its box all the same, as long as it is filtered by.
function keepGone(field, value) {
  one("[data-gone]", field)?.remove();
  if (all("option", field).some((option) => option.value === value)) return;
  const option = new Option(`${value} (not in this report)`, value);
  option.dataset.gone = "";
  field.append(option);
}

function showFindings(filters) {
  const wanted = new URLSearchParams(filters);
  for (const name of ["finding", "page"]) wanted.delete(name);
  fillForm(filters);
  if (shown.said !== wanted.toString()) {
    performance.mark("cblint-filter");
    const { rows, counts, places } = filtered(wanted);
    shown = { said: wanted.toString(), filters: wanted, rows, first: -1, places };
    fillChips(wanted);
    counts.forEach((count, place) => {
      one(`[data-severity="${place}"]`).textContent = written(count);
    });
  }
  const pages = Math.ceil(shown.rows.length / PAGE),
    page = pageOf(filters, pages);
  const first = (page - 1) * PAGE;
  if (shown.first !== first) {
    shown.first = first;
    fillList();
    fillPager(one("#findings .pager"), page, pages, turnTo);
    performance.measure("cblint-filtered", "cblint-filter");
  }
  markSorted(list, wanted.get("sort") ?? "severity");
}

function turnTo(page) {
  const filters = new URLSearchParams(shown.filters);
  if (page > 1) filters.set("page", page);
  go("findings", filters);
  one("#count").scrollIntoView({ block: "nearest" });
}

function fillList() {
  const { rows, first, places } = shown;
  const some = rows.subarray(first, first + PAGE);
  const range = rows.length > PAGE ? `, ${written(first + 1)} to ${written(first + some.length)} shown` : "";
  status.textContent =
    rows.length === 0
      ? size === 0
        ? frame.nothing
        : "No finding passes these filters."
      : `${counted(rows.length, "finding")} in ${counted(places, "repository", "repositories")}${range}`;
  list.hidden = rows.length === 0;
  list.caption.textContent = `Findings${range}`;
  list.tBodies[0].replaceChildren(...Array.from(some, row));
}

function messageOf(finding) {
  const message = texts[columns.message[finding]];
  return message ? made("bdi", {}, message) : made("i", {}, "(no message)");
}

const placeOf = (finding) => `${texts[columns.path[finding]]}:${columns.line[finding]}`;

// A place, which leads to its host if that is known.
function linked(address, said, kind = "code") {
  const place = made("bdi", { class: kind }, ...broken(said));
  return address ? outward(address, place) : place;
}

function linkOf(finding, said) {
  const path = is(finding, IS_EXACT) ? texts[columns.path[finding]] : "";
  return linked(path && sourceOf(columns.repository[finding], path, columns.line[finding]), said);
}

// The end of a name tells repositories apart, so it stands first, where nothing cuts it.
function repositoryOf(name) {
  const steps = name.split("/");
  if (steps.length < 3) return [named(name)];
  return [named(steps.slice(-2).join("/")), made("span", { class: "under" }, named(steps.slice(0, -2).join("/")))];
}

function row(finding) {
  const { repository, rule, severity, group } = columns;
  const team = groups[group[finding]].map((owner) => owners.name[owner]);
  const name = repositories.name[repository[finding]];
  return made(
    "tr",
    { "data-finding": finding },
    made("td", {}, severityMark(SEVERITIES[severity[finding]])),
    made(
      "th",
      { scope: "row" },
      made("a", { class: "open", href: pathTo(finding) }, messageOf(finding)),
      is(finding, IS_NEW) && made("span", { class: "badge" }, "new"),
      is(finding, IS_SUPPRESSED) && made("span", { class: "badge" }, "suppressed"),
      made(
        "span",
        { class: "under narrow" },
        named(rules.name[rule[finding]]),
        " in ",
        named(name),
        " ",
        linkOf(finding, placeOf(finding)),
      ),
    ),
    made("td", { class: "wide" }, named(rules.name[rule[finding]])),
    made("td", { class: "wide" }, ...repositoryOf(name)),
    made("td", { class: "wide" }, linkOf(finding, placeOf(finding))),
    made("td", { class: "wider" }, named(team[0], "none"), team.length > 1 && ` +${team.length - 1}`),
  );
}

// From link to link in the list, and over its pages.
function step(by) {
  const links = all("a.open", list);
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
  if (links[next]) {
    links[next].focus();
    return;
  }
  const page = shown.first / PAGE + 1 + by;
  if (page < 1 || page > Math.ceil(shown.rows.length / PAGE)) return;
  turnTo(page);
  const turned = all("a.open", list);
  turned[by > 0 ? 0 : turned.length - 1]?.focus();
}

// Sorting

function makeSortable(table, filtersOf, sort) {
  for (const head of all("th[data-sort]", table)) {
    const button = made("button", { type: "button" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const filters = new URLSearchParams(filtersOf()),
        name = head.dataset.sort;
      const now = head.getAttribute("aria-sort"),
        first = head.classList.contains("number") ? "-" : "";
      filters.delete("page");
      filters.set("sort", now === null ? first + name : now === "ascending" ? `-${name}` : name);
      sort(filters);
    });
  }
}

function markSorted(table, sort) {
  for (const head of all("th[data-sort]", table)) {
    if (head.dataset.sort !== sort.replace("-", "")) head.removeAttribute("aria-sort");
    else head.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
  }
}
