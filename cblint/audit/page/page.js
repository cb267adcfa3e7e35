// The page as a whole: which part is shown, the keys, the colours, and paper.

const TITLES = Object.fromEntries(all("main > .view").map((view) => [view.id, one("h2", view).textContent]));
const SHOW = {
  findings: showFindings,
  matrix: showMatrix,
  repositories: (filters) => showTable("repositories", filters),
  owners: (filters) => showTable("owners", filters),
};
const title = document.title;
let now = null;
let typed = null; // the part in which somebody types: all that one types is one step back

// A step in what the browser can take back, or in place of the last one.
function moveTo(address, instead, state = null) {
  try {
    history[instead ? "replaceState" : "pushState"](state, "", address);
  } catch {
    location.replace(address); // Safari takes no more than a hundred such steps in half a minute
  }
}

function go(view, filters, typing = false) {
  const same = typing && (typed === view || here().filters.has("finding"));
  const address = addressOf(view, filters);
  if (address !== (location.hash || "#overview")) {
    moveTo(address, same);
  }
  typed = typing ? view : null;
  render();
}

function render() {
  const { view, filters } = here();
  document.documentElement.dataset.view = view;
  for (const link of all("header nav a")) {
    if (link.getAttribute("href") === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  SHOW[view]?.(filters);
  document.title = `${TITLES[view]} · ${title}`;
  if (now !== null && now !== view) {
    scrollTo(0, 0);
    one(`#${view}-title`).focus({ preventScroll: true });
  }
  now = view;
  showOpened(view === "findings" ? filters.get("finding") : null);
}

addEventListener("popstate", () => {
  typed = null;
  render();
});
one(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address says what is shown
  one("#main").focus();
});

// Keys

const shortcuts = one("#shortcuts");
shortcuts.checked = kept("cblint-keys") !== "off";
shortcuts.addEventListener("change", () => keep("cblint-keys", shortcuts.checked ? "on" : "off"));

addEventListener("keydown", (event) => {
  walk(event);
  const writing = event.target.closest?.("input:not([type=checkbox]), select, textarea");
  if (!shortcuts.checked || writing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !dialog.open) {
    event.preventDefault();
    if (here().view !== "findings") go("findings", shown.filters);
    form.elements.q.focus();
    form.elements.q.select();
  } else if ((event.key === "j" || event.key === "k") && here().view === "findings") {
    event.preventDefault();
    (dialog.open ? neighbour : step)(event.key === "j" ? 1 : -1);
  }
});

// Colours

const theme = one("#theme");
theme.value = document.documentElement.dataset.theme ?? "";
theme.addEventListener("change", () => {
  if (theme.value) document.documentElement.dataset.theme = theme.value;
  else delete document.documentElement.dataset.theme;
  keep("cblint-theme", theme.value);
});

addEventListener("beforeprint", layOut);
addEventListener("afterprint", () => one("#printed").replaceChildren());

prepareFilters();
prepareTables();
prepareDialog();
render();
performance.mark("cblint-ready");
