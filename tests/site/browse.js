// Looks at the site as people do, in Chromium, and writes what is wrong as JSON.
//
// node browse.js MODULES CHROMIUM URL [PICTURES]
//
// MODULES is the folder with axe-core and playwright-core, URL where the site is served, PICTURES a folder for a
// picture of each page.
"use strict";

const path = require("node:path");
const [modules, executablePath, site, pictures] = process.argv.slice(2);
const load = require("node:module").createRequire(path.join(modules, "here.js"));
const { chromium } = load("playwright-core");
const axe = load("axe-core").source;

const WIDTHS = [360, 768, 1440];
const SCHEMES = ["light", "dark"];
const PAGES = { front: "", rule: "rules/curl-without-fail/", rules: "rules/", settings: "configuration-reference/" };
const ARGUMENTS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const complaints = [];
let now = "";
const complain = (about, what) => complaints.push(`${now}: ${about}: ${what}`);

const related = ({ any }) => any.flatMap(({ relatedNodes }) => relatedNodes ?? []).map(({ target }) => target).join(", ");

function listen(page) {
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complain("console", message.text()));
  page.on("pageerror", (error) => complain("script", error.message));
  page.on("request", (request) => request.url().startsWith(site) || request.url().startsWith("data:") ||
    request.url().startsWith(`blob:${site}`) || complain("leaves the site", request.url()));
  page.on("response", (response) => response.status() < 400 || complain(response.status(), response.url()));
}

// What axe and a ruler find wrong with the page as it is now.
async function look(page, name) {
  const { violations, wide } = await page.evaluate(async () => ({
    violations: (await axe.run(document, { resultTypes: ["violations"] })).violations,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  for (const { id, nodes } of violations) {
    for (const node of nodes.slice(0, 5)) complain(`axe ${id}`, `${node.target.join(" ")} ${node.failureSummary} ${related(node)}`);
  }
  if (wide > 0) complain("scrolls sideways by", wide);
  if (pictures) await page.screenshot({ path: path.join(pictures, `${now} ${name}.png`) });
}

async function open(page, name) {
  await page.goto(site + PAGES[name], { waitUntil: "load" });
  await page.evaluate(axe);
}

async function search(page) {
  const button = page.locator("label.md-header__button[for=__search]");
  await ((await button.isVisible()) ? button : page.locator(".md-search__input")).click();
  await page.locator(".md-search__input").pressSequentially("curl fail");
  await page.locator(".md-search-result__link").first().waitFor();
  await look(page, "search");
  await page.locator(".md-search-result__link").first().click();
  await page.waitForURL(/\?h=|#/);
  if ((await page.locator("h1").count()) !== 1) complain("search", `led to ${page.url()}`);
}

// How many rules the table shows of all, and of those that a filter lets through.
async function filter(page) {
  const shown = () => page.locator("table[data-labelled] tbody tr:visible").count();
  const all = await shown();
  await page.getByLabel("Severity").selectOption("error");
  await page.getByLabel("Fix").selectOption("safe");
  const some = await shown();
  const said = await page.locator("[role=status].rule-count").innerText();
  await page.getByLabel("Family").selectOption("CB7");
  await look(page, "filtered");
  return { all, some, said, none: await shown() };
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const filtered = [];
  for (const colorScheme of SCHEMES) {
    for (const width of WIDTHS) {
      now = `${colorScheme} ${width}`;
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: "reduce" });
      const page = await context.newPage();
      listen(page);
      for (const name of Object.keys(PAGES)) {
        await open(page, name);
        await look(page, name);
        if (name === "front") await search(page);
        if (name === "rules") filtered.push(await filter(page));
      }
      await context.close();
    }
  }
  await browser.close();
  console.log(JSON.stringify({ complaints, filtered }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
