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
const SCHEMES = { light: "default", dark: "slate" }; // what a system wants, and what the theme calls it
const PAGES = {
  front: "", rule: "rules/curl-without-fail/", rules: "rules/", settings: "configuration-reference/",
  "a wide table": "decisions/formats/", "what does not exist": "404.html",
};
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

// Until nothing moves any more.
async function still() {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}

// What axe and a ruler find wrong with the page as it is now, on every screen. It is loaded once: each load makes an
// index for the search anew, which costs more than all the looking.
async function look(page, name) {
  for (const colorScheme of Object.keys(SCHEMES)) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of WIDTHS) {
      now = `${name} ${colorScheme} ${width}`;
      await page.setViewportSize({ width, height: 900 });
      await page.locator(`body[data-md-color-scheme=${SCHEMES[colorScheme]}]`).waitFor();
      await page.evaluate(still);
      const { violations, wide } = await page.evaluate(async () => ({
        violations: (await axe.run(document, { resultTypes: ["violations"] })).violations,
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }));
      for (const { id, nodes } of violations) {
        for (const node of nodes) complain(`axe ${id}`, `${node.target} ${node.failureSummary} ${related(node)}`);
      }
      if (wide > 0) complain("scrolls sideways by", wide);
      if (pictures) await page.screenshot({ path: path.join(pictures, `${now}.png`) });
    }
  }
}

async function search(page) {
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
  await page.locator("label.md-header__button[for=__search]").click();
  await page.locator(".md-search__input").pressSequentially("curl fail");
  await page.locator(".md-search-result__link").first().waitFor();
  await look(page, "search");
  const first = page.locator(".md-search-result__link").first();
  const address = new URL(await first.getAttribute("href"), page.url()).pathname;
  await first.click();
  await page.waitForURL((url) => url.pathname === address);
  return page.locator("h1").innerText();
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
  const tables = await page.locator("table[data-labelled]:visible").count();
  return { all, some, said, few: await shown(), tables };
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const page = await browser.newPage();
  listen(page);
  let filtered, found;
  for (const [name, address] of Object.entries(PAGES)) {
    await page.goto(site + address, { waitUntil: "load" });
    await page.evaluate(axe);
    await look(page, name);
    if (name === "rules") filtered = await filter(page);
    if (name === "front") found = await search(page);
  }
  await browser.close();
  console.log(JSON.stringify({ complaints, filtered, found }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
