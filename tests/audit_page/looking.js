// Opens pages of a report, listens to what they do, and tells what is wrong with them.
"use strict";

const path = require("node:path");
const { pathToFileURL } = require("node:url");

// axe takes longest for contrasts, which a width does not change: what is only narrower is measured with a ruler.
const WIDE = [["light", 1440]],
  NARROW = [["light", 360]],
  EVERYWHERE = [["light", 768, "ruler"], ...NARROW, ...WIDE, ["dark", 1440, "color-contrast"]];

const complaints = [];
const state = { now: "" }; // which page is looked at
const complain = (about, what) => complaints.push(`${state.now}: ${about}: ${what}`);
const related = ({ any }) =>
  any
    .flatMap(({ relatedNodes }) => relatedNodes ?? [])
    .map(({ target }) => target)
    .join(", ");

function listen(page) {
  page.on("console", (message) => complain("console", message.text()));
  page.on("pageerror", (error) => complain("script", error.stack));
  page.on("dialog", (dialog) => complain("dialog", dialog.message()) || dialog.dismiss());
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("data:") && !request.isNavigationRequest()) complain("loads", url);
    if (request.isNavigationRequest() && !url.startsWith("file:")) complain("leaves", url);
  });
}

// Opens one of the reports in a folder.
const visitor =
  (folder) =>
  async (page, report, hash = "") => {
    state.now = `${report} ${hash}`;
    await page.goto("about:blank");
    await page.goto(`${pathToFileURL(path.join(folder, `${report}.html`))}${hash}`, { waitUntil: "load" });
  };

// To another part of a page that is open.
async function move(page, hash) {
  state.now = hash;
  await page.evaluate(async (wanted) => {
    const moved = new Promise((done) => addEventListener("popstate", done, { once: true }));
    if (location.hash === wanted) return;
    location.hash = wanted;
    await moved;
  }, hash);
}

// What axe and a ruler find wrong with the page as it is now: all rules, one of them, or the ruler alone.
const looker =
  (axe, pictures) =>
  async (page, name, screens = EVERYWHERE, within = "html") => {
    if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
    for (const [colorScheme, width, only] of screens) {
      state.now = `${name} ${colorScheme} ${width}`;
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      const { violations, wide } = await page.evaluate(
        async ([rule, part]) => {
          const wanted = { resultTypes: ["violations"], ...(rule && { runOnly: [rule] }) };
          return {
            violations: rule === "ruler" ? [] : (await globalThis.axe.run(part, wanted)).violations,
            wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          };
        },
        [only, within],
      );
      for (const { id, nodes } of violations) {
        for (const node of nodes.slice(0, 3))
          complain(`axe ${id}`, `${node.target} ${node.failureSummary} ${related(node)}`);
      }
      if (wide > 0) complain("scrolls sideways by", wide);
      if (pictures) await page.screenshot({ path: path.join(pictures, `${state.now}.png`) });
    }
  };

module.exports = { EVERYWHERE, NARROW, WIDE, complain, complaints, listen, looker, move, state, visitor };
