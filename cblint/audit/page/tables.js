// The rankings of repositories and of owners: filtered by name, sorted, and in pages.

const TABLE_PAGE = 100;

const numberCell = (count, more = "") => made("td", { class: `number${more}${count ? "" : " none"}` }, written(count));

const TABLES = {
  repositories: {
    data: repositories,
    words: ["repository", "repositories"],
    lets: (place, filters) => !filters.has("problems") || repositories.problems[place].length > 0,
    number: { files: (place) => repositories.files[place] },
    row(place) {
      const name = repositories.name[place],
        web = repositories.web[place],
        problems = repositories.problems[place];
      const [errors, warnings, notes, fresh] = repositories.counts[place];
      return made(
        "tr",
        {},
        made(
          "th",
          { scope: "row" },
          toRepository(place),
          web && " ",
          web &&
            made("a", { class: "out", href: web, rel: "noopener noreferrer" }, "open", unseen(` ${name} on its host`)),
          problems.length > 0 &&
            made(
              "details",
              { class: "problems" },
              made("summary", {}, `Not looked at in full: ${counted(problems.length, "reason")}`),
              made("ul", {}, ...problems.map((said) => made("li", {}, said))),
            ),
        ),
        made("td", { class: "wide" }, made("bdi", {}, repositories.branch[place])),
        made("td", { class: "wide code" }, made("bdi", {}, repositories.commit[place].slice(0, 10))),
        numberCell(repositories.files[place], " wide"),
        numberCell(errors),
        numberCell(warnings),
        numberCell(notes),
        numberCell(fresh, " wide"),
      );
    },
  },
  owners: {
    data: owners,
    words: ["owner", "owners"],
    lets: () => true,
    number: { repositories: (place) => owners.repositories[place] },
    row(place) {
      const [errors, warnings, notes, fresh] = owners.counts[place],
        name = owners.name[place];
      return made(
        "tr",
        {},
        made("th", { scope: "row" }, toOwner(place)),
        numberCell(owners.repositories[place], " wide"),
        numberCell(errors),
        numberCell(warnings),
        numberCell(notes),
        numberCell(fresh, " wide"),
      );
    },
  },
};
const COUNTS = ["errors", "warnings", "notes", "new"];

function prepareTables() {
  for (const view of Object.keys(TABLES)) {
    const table = one(`[data-ranking=${view}]`);
    if (table)
      makeSortable(
        table,
        () => here().filters,
        (filters) => go(view, filters),
      );
  }
  for (const fields of all("form[data-table]")) {
    const view = fields.dataset.table;
    const changed = (typing) => {
      const filters = new URLSearchParams([...new FormData(fields)].filter(([, value]) => value !== ""));
      if (here().filters.has("sort")) filters.set("sort", here().filters.get("sort"));
      go(view, filters, typing);
    };
    fields.addEventListener("submit", (event) => event.preventDefault());
    fields.addEventListener(
      "input",
      later(60, () => changed(true)),
    );
  }
}

function fillFields(view, filters) {
  for (const field of one(`form[data-table=${view}]`)?.elements ?? []) {
    if (field.type === "checkbox") field.checked = filters.has(field.name);
    else if (field !== document.activeElement) field.value = filters.get(field.name) ?? "";
  }
}

function showTable(view, filters) {
  const table = one(`[data-ranking=${view}]`);
  if (!table) return;
  fillFields(view, filters);
  const {
    data,
    words: [word, many],
    lets,
    number,
    row: rowOf,
  } = TABLES[view];
  const low = (filters.get("q") ?? "").toLowerCase(),
    sort = filters.get("sort") ?? "";
  let places = frame.ranked[view].filter(
    (place) => data.name[place].toLowerCase().includes(low) && lets(place, filters),
  );
  const by = sort.replace("-", ""),
    sign = sort.startsWith("-") ? -1 : 1,
    count = COUNTS.indexOf(by);
  if (by === "name") {
    const rank = ranks(data.name);
    places = places.sort((left, right) => sign * (rank[left] - rank[right]));
  } else if (count >= 0 || Object.hasOwn(number, by)) {
    const value = count >= 0 ? (place) => data.counts[place][count] : number[by];
    places = places.sort((left, right) => sign * (value(left) - value(right)));
  }
  const pages = Math.ceil(places.length / TABLE_PAGE),
    page = pageOf(filters, pages),
    first = (page - 1) * TABLE_PAGE;
  table.tBodies[0].replaceChildren(...places.slice(first, first + TABLE_PAGE).map(rowOf));
  markSorted(table, sort);
  one(`[data-said=${view}]`).textContent = counted(places.length, word, many);
  fillPager(one(`[data-pager=${view}]`), page, pages, (wanted) => turnPage(view, wanted));
}

function turnPage(view, page) {
  const { filters } = here();
  filters.set("page", page);
  go(view, filters);
  one(`[data-said=${view}]`).scrollIntoView({ block: "nearest" });
}
