// The matrix of repositories by rule: a page of rows at a time, the rules with most findings or all.

const MATRIX_ROWS = 25,
  MATRIX_RULES = 24,
  MORE_RULES = 3;
let matrix = null;

const heat = (count) => [1, 2, 5, 20, 100].filter((least) => count >= least).length;

// Counts of what is not suppressed, of each repository that has a finding.
function counts() {
  if (matrix !== null) return matrix;
  const total = new Uint32Array(rules.name.length),
    cells = new Map();
  for (let finding = 0; finding < size; finding++) {
    if (columns.flags[finding] & IS_SUPPRESSED) continue;
    const rule = columns.rule[finding],
      cell = columns.repository[finding] * rules.name.length + rule;
    total[rule]++;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  const order = rules.name.map((_, rule) => rule).sort((left, right) => total[right] - total[left]);
  const rows = frame.ranked.repositories.filter((place) => repositories.counts[place].slice(0, 3).some(Boolean));
  matrix = { cells, order: order.filter((rule) => total[rule] > 0), rows };
  return matrix;
}

function showMatrix(filters) {
  const table = one("table.matrix");
  if (!table) return;
  fillFields("matrix", filters);
  const { cells, order, rows } = counts();
  const pages = Math.ceil(rows.length / MATRIX_ROWS),
    page = pageOf(filters, pages),
    first = (page - 1) * MATRIX_ROWS;
  const some = rows.slice(first, first + MATRIX_ROWS),
    isCut = order.length >= MATRIX_RULES + MORE_RULES && !filters.has("all"),
    wanted = isCut ? order.slice(0, MATRIX_RULES) : order;
  table.tHead.rows[0].replaceChildren(
    made("th", { scope: "col", class: "corner" }, "Repository"),
    ...wanted.map((rule) => made("th", { scope: "col" }, toRule(rule))),
  );
  table.tBodies[0].replaceChildren(
    ...some.map((place) =>
      made(
        "tr",
        {},
        made("th", { scope: "row" }, toRepository(place)),
        ...wanted.map((rule) => {
          const count = cells.get(place * rules.name.length + rule) ?? 0;
          const address = addressOf("findings", { repository: repositories.name[place], rule: rules.name[rule] });
          return made(
            "td",
            { class: `heat-${heat(count)}` },
            count > 0 && made("a", { href: address }, written(count)),
          );
        }),
      ),
    ),
  );
  one("[data-said=matrix]").textContent =
    `${counted(rows.length, "repository", "repositories")} with findings, ` +
    (isCut ? `${counted(wanted.length, "rule")} of ${written(order.length)}` : counted(order.length, "rule"));
  fillPager(one("[data-pager=matrix]"), page, pages, (number) => turnPage("matrix", number));
}

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// An arrow goes to the next number in its direction.
function walk(event) {
  const cell = event.target.closest("table.matrix td, table.matrix th"),
    way = ARROWS[event.key];
  if (!cell || !way || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const table = cell.closest("table");
  let row = cell.parentElement.rowIndex,
    column = cell.cellIndex,
    next;
  do {
    row += way[0];
    column += way[1];
    next = table.rows[row]?.cells[column];
  } while (next && !one("a", next));
  if (next) one("a", next).focus();
}
