// Uses the report of an audit as people do, in Chromium, and writes what it saw, and what is wrong, as JSON.
//
// node browse.js MODULES CHROMIUM FOLDER FINGERPRINT [PICTURES]
//
// MODULES is the folder with axe-core and playwright-core, FOLDER has the reports, FINGERPRINT is of a finding of the
// plain one, PICTURES is a folder for pictures.
"use strict";

const path = require("node:path");
const [modules, executablePath, folder, fingerprint, pictures] = process.argv.slice(2);
const load = require("node:module").createRequire(path.join(modules, "here.js"));
const { chromium } = load("playwright-core");
const { EVERYWHERE, NARROW, WIDE, complain, complaints, listen, looker, move, state, visitor } = require("./looking.js");
const visit = visitor(folder);
const look = looker(load("axe-core").source, pictures);

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const TYPED = "step 19";
const stages = {};

const hashOf = (page) => page.evaluate(() => location.hash);
const countOf = (page) => page.locator("#count").innerText();

// What the list says once a filter is in the address, which is without it then again.
const filteredBy = (page, wanted) =>
  page.evaluate(async (hash) => {
    for (let tries = 0; location.hash !== hash; tries++) {
      if (tries === 500) throw new Error(`${location.hash} is not ${hash}`);
      await new Promise((later) => setTimeout(later, 10));
    }
    const said = document.querySelector("#count").textContent.replace(/, [\d,]+ to .*/, "");
    const moved = new Promise((done) => addEventListener("popstate", done, { once: true }));
    location.hash = "#findings";
    if (hash !== "#findings") await moved;
    return said;
  }, wanted);

async function filters(page) {
  const seen = {};
  const field = (name) => page.locator(`#filters [name=${name}]`);
  await visit(page, "plain", "#findings");
  seen[""] = await filteredBy(page, "#findings");

  const ways = {
    "severity=error": [
      () => page.getByRole("checkbox", { name: "Errors" }).click(),
      () => page.getByRole("checkbox", { name: "Errors" }).press("Space"),
    ],
    "new=1": [() => field("new").click(), () => field("new").press("Space")],
    "category=secrets": [
      () => field("category").selectOption("secrets"),
      () => field("category").pressSequentially("secr"),
    ],
    "rule=secret-literal": [
      () => field("rule").selectOption("secret-literal"),
      () => field("rule").pressSequentially("secret-lit"),
    ],
    "fix=safe": [() => field("fix").selectOption("safe"), () => field("fix").pressSequentially("has a safe")],
    "suppressed=only": [
      () => field("suppressed").selectOption("only"),
      () => field("suppressed").pressSequentially("only"),
    ],
    "repository=example%2Fshop-api": [
      () => field("repository").fill("example/shop-api"),
      () => field("repository").pressSequentially("example/shop-api"),
    ],
    "owner=%40example%2Fdata": [
      () => field("owner").fill("@example/data"),
      () => field("owner").pressSequentially("@example/data"),
    ],
    "q=tee+secret": [() => field("q").fill("tee secret"), () => field("q").pressSequentially("tee secret")],
  };
  for (const [said, [click, press]] of Object.entries(ways)) {
    for (const [way, act] of Object.entries({ click, press })) {
      state.now = `filter ${said} by ${way}`;
      await act();
      const count = await filteredBy(page, `#findings?${said}`);
      if (seen[said] !== undefined && seen[said] !== count) complain("differs", `${seen[said]} and ${count}`);
      seen[said] = count;
    }
  }
  await move(page, "#findings?new=1&q=docker");
  await page.getByRole("button", { name: "Clear the filters" }).click();
  seen.cleared = await filteredBy(page, "#findings");
  for (const words of ["ops@example.com", "ci/buildspec.yml:41", "ci/buildspec.yml:41:9", "buildspec.yml:41:8"]) {
    await move(page, `#findings?q=${encodeURIComponent(words)}`);
    seen[words] = (await countOf(page)).replace(/, [\d,]+ to .*/, "");
  }
  return seen;
}

// A telephone: the other filters stay closed, and those that are set stand above the list.
async function chips(page) {
  const said = () => page.locator("#chips button").allTextContents();
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  const remove = (name) => page.getByRole("button", { name: `Remove the filter ${name}`, exact: true }).click();
  const seen = { open: [] };
  await page.setViewportSize({ width: 360, height: 800 });
  await visit(page, "plain", "#findings?owner=%40example%2Fplatform&q=npm&severity=error,note&new=1");
  seen.open.push(await page.locator("#more").evaluate((more) => more.open));
  seen.said = await said();
  await remove("severity: note");
  seen.removed = [await hashOf(page), await focused(), await countOf(page)];
  await visit(page, "plain", "#findings?rule=gone&fix=constructor&suppressed=x&repository=%E2%80%AEx");
  seen.gone = [await said(), await countOf(page), await page.locator("[name=rule] :checked").textContent()];
  await remove("repository: \ufffdx (not in this report)");
  await remove("rule: gone (not in this report)");
  seen.cleared = [await said(), await focused(), await page.locator("[name=rule]").inputValue()];
  await page.setViewportSize({ width: 1440, height: 600 });
  await visit(page, "plain", "#findings?rule=secret-literal");
  seen.open.push(await page.locator("#more").evaluate((more) => more.open));
  return seen;
}

async function addresses(page) {
  const seen = [];
  await visit(page, "plain", "#findings");
  await page.getByRole("checkbox", { name: "Errors" }).click();
  await page.locator("#filters [name=rule]").selectOption("secret-literal");
  await page.locator("#filter-q").pressSequentially("docker");
  await page.waitForFunction(() => location.hash.includes("q=docker"));
  seen.push([await hashOf(page), await countOf(page)]);
  await page.reload({ waitUntil: "load" });
  seen.push([
    await hashOf(page),
    await countOf(page),
    await page.locator("#filter-q").inputValue(),
    await page.getByRole("checkbox", { name: "Errors" }).isChecked(),
  ]);
  for (const move of ["goBack", "goBack", "goBack", "goForward"]) {
    await page[move]();
    await page.waitForTimeout(30);
    seen.push([await hashOf(page), await countOf(page)]);
  }
  return seen;
}

async function keys(page) {
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element.id || element.closest("tr")?.rowIndex || element.className || element.tagName;
    });
  const seen = {};
  await visit(page, "plain");
  await page.keyboard.press("Tab");
  seen.first = await focused();
  await page.keyboard.press("Enter");
  seen.skipped = await focused();
  await page.keyboard.press("/");
  seen.search = [await focused(), await hashOf(page)];
  await page.keyboard.type("docker");
  await page.waitForFunction(() => location.hash === "#findings?q=docker");
  await page.keyboard.press("/"); // within the field it is a letter
  await page.waitForFunction(() => location.hash === "#findings?q=docker%2F");
  await page.keyboard.press("Backspace");
  await page.waitForFunction(() => location.hash === "#findings?q=docker");
  await page.evaluate(() => document.activeElement.blur());
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  seen.walked = await focused();
  await page.keyboard.press("Enter");
  await page.locator("#opened[open]").waitFor();
  seen.opened = [await focused(), await page.locator("#position").innerText()];
  const opened = await hashOf(page);
  await page.keyboard.press("j");
  await page.waitForFunction(() => document.querySelector("#position").textContent.startsWith("3 "));
  await page.reload({ waitUntil: "load" });
  await page.locator("#opened[open]").waitFor();
  seen.reloaded = (await hashOf(page)) !== opened;
  await page.keyboard.press("Escape");
  await page.locator("#opened:not([open])").waitFor({ state: "hidden" });
  seen.closed = [await focused(), await hashOf(page)];
  await page.locator("#list tbody tr").nth(4).click();
  await page.locator("#opened[open]").waitFor();
  await page.locator("#close").click();
  await page.locator("#opened:not([open])").waitFor({ state: "hidden" });
  await page.waitForFunction(() => !location.hash.includes("finding="));
  seen.again = [await focused(), await hashOf(page)];
  return seen;
}

async function finding(page) {
  await visit(page, "plain", `#findings?finding=${fingerprint}`);
  await page.locator("#opened[open]").waitFor();
  const button = page.getByRole("button", { name: "Copy the comment" });
  await button.click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  return {
    headings: await page.locator("#opened :is(h2, h3)").allInnerTexts(),
    marked: await page.locator("#opened mark").innerText(),
    lines: await page.locator("#opened .snippet tbody th").allInnerTexts(),
    steps: await page.locator("#opened ol.places li").count(),
    comment: await page.locator("#opened .copied code").innerText(),
    copied: await page.evaluate(() => navigator.clipboard.readText()),
    changed: await page.locator("#opened .changed-lines li").allTextContents(),
    links: await page.locator("#opened a[href*='/-/blob/']").evaluateAll((links) => links.map(({ href }) => href)),
    followed: await followed(page),
  };
}

// A place in the list leads to the host, and opens no finding here.
async function followed(page) {
  await page.locator("#close").click();
  await move(page, `#findings?q=${fingerprint}`);
  await page.evaluate(() => {
    globalThis.went = new Promise((done) =>
      addEventListener("click", (event) => {
        done([event.target.closest("a").href, event.defaultPrevented]);
        event.preventDefault();
      }),
    );
  });
  await page.locator("#list td a[href*='/-/blob/']").click();
  return [...(await page.evaluate(() => globalThis.went)), await page.locator("#opened[open]").count()];
}

async function tables(page) {
  const seen = {};
  const column = (view, place) =>
    page.locator(`[data-ranking=${view}] tbody tr > :nth-child(${place})`).allInnerTexts();
  await visit(page, "plain", "#repositories");
  seen.ranked = (await column("repositories", 5)).map(Number);
  await page.getByRole("button", { name: "Files" }).click();
  await page.waitForFunction(() => location.hash.includes("sort=-files"));
  seen.files = (await column("repositories", 4)).map(Number);
  await page.locator("[data-table=repositories] [name=problems]").click();
  await page.waitForFunction(() => location.hash.includes("problems=1"));
  seen.problems = await page.locator("[data-said=repositories]").innerText();
  await page.locator("[data-ranking=repositories] a[href^='#']").first().click();
  await page.waitForFunction(() => location.hash.startsWith("#findings?repository="));
  seen.followed = await page.evaluate(() => [document.activeElement.id, document.title]);
  await move(page, "#matrix");
  seen.heads = [
    await page.locator("table.matrix thead th:visible").count(),
    await page.locator("table.matrix tbody th:visible").count(),
  ];
  await page.locator("table.matrix td a").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  seen.walked = await page.evaluate(() => [
    document.activeElement.closest("tr").rowIndex,
    document.activeElement.closest("td").cellIndex,
  ]);
  const number = Number(await page.locator(":focus").innerText());
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash.startsWith("#findings?repository="));
  seen.cell = [number, Number.parseInt(await countOf(page), 10)];
  await page.setViewportSize({ width: 768, height: 500 });
  await move(page, "#matrix");
  const scroller = page.locator("#matrix .scroller");
  seen.shaded = [await shaded(page, scroller)];
  await scroller.evaluate((element) => element.scrollBy(9999, 0));
  seen.shaded.push(await shaded(page, scroller));
  return seen;
}

// Whether there is a shadow at the right edge, below its round corner: without it the picture is another one.
async function shaded(page, scroller) {
  const { x, y, width } = await scroller.boundingBox();
  const edge = () => page.screenshot({ clip: { x: x + width - 40, y: y + 20, width: 36, height: 80 } });
  const before = await edge();
  await page.evaluate(() => document.styleSheets[0].insertRule(".scroller::after { visibility: hidden; }"));
  const without = await edge();
  await page.evaluate(() => document.styleSheets[0].deleteRule(0));
  return !before.equals(without);
}

async function colours(page) {
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await visit(page, "plain");
  const light = await back();
  await page.locator("#theme").selectOption("dark");
  const dark = await back();
  await page.reload({ waitUntil: "load" });
  const again = await back();
  await page.locator("#theme").selectOption("");
  return [light !== dark, dark === again, light === (await back())];
}

async function paper(page) {
  await page.setViewportSize({ width: 794, height: 1123 }); // A4
  await visit(page, "plain", "#findings?rule=secret-literal&severity=error");
  const count = Number.parseInt(await countOf(page), 10);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  const seen = {
    count,
    articles: await page.locator("#printed article:visible").count(),
    first: (await page.locator("body").innerText()).split("\n").filter(Boolean).slice(0, 3),
    controls: await page.locator("button:visible, input:visible, select:visible, nav:visible").count(),
  };
  if (pictures)
    await page.screenshot({
      path: path.join(pictures, "paper.png"),
      clip: { x: 0, y: 0, width: 794, height: 3000 },
      fullPage: true,
    });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  seen.after = await page.locator("#printed article").count();
  await move(page, "#overview");
  seen.summary = await page.locator(".lead").isVisible();
  await page.emulateMedia({ media: null });
  return seen;
}

// A report that is not of all findings.
async function only(page) {
  await visit(page, "some");
  const title = await page.title();
  await visit(page, "nothing", "#findings");
  return [title, await countOf(page)];
}

// Every part of the page and every finding, looked at for what strangers could have brought in.
async function strangers(page) {
  await visit(page, "hostile", "#findings");
  const seen = await page.evaluate(async () => {
    const brought = () => [
      ...[...document.querySelectorAll("img, iframe, object, embed, base, [onload], [onerror], body svg svg")].map(
        (element) => element.outerHTML.slice(0, 99),
      ),
      ...(document.body.innerText.match(/[\0-\x08\x0b-\x1f\u202e\u2066\u2028\u2029\ud800]/gu) ?? []),
      ...[...document.querySelectorAll("a")]
        .map((link) => link.getAttribute("href"))
        .filter((href) => !/^(#|https?:\/\/)/.test(href)),
    ];
    const later = () => new Promise((done) => setTimeout(done));
    const found = { opened: 0, wrong: [] };
    const total = document.querySelectorAll("#list a.open").length;
    document.querySelector("#list a.open").click();
    for (let number = 1; number <= total; number++) {
      while (!document.querySelector("#position").textContent.startsWith(`${number} of`)) await later();
      found.wrong.push(...brought());
      found.opened++;
      if (number < total) document.querySelector("#next").click();
    }
    for (const view of ["overview", "repositories", "rules", "owners", "matrix"]) {
      location.hash = `#${view}`;
      while (document.documentElement.dataset.view !== view) await later();
      found.wrong.push(...brought());
    }
    return found;
  });
  for (const each of seen.wrong) complain("a stranger's", each);
  await move(page, "#findings?repository=");
  seen.nameless = await countOf(page);
  await move(page, "#findings?rule=__proto__");
  seen.proto = await countOf(page);
  await move(page, "#findings?finding=none.7&page=-3&sort=constructor&severity=x");
  await move(page, "#findings?q=%ud800");
  for (const hash of ["#__proto__?page=NaN", "#%"]) {
    await visit(page, "hostile", hash); // whatever is in an address, nothing breaks
  }
  await look(page, "hostile", NARROW);
  return seen;
}

async function large(page) {
  await visit(page, "large", "#findings");
  const times = await page.evaluate(() => ({
    interactive: performance.getEntriesByName("cblint-ready")[0].startTime,
    loaded: performance.getEntriesByType("navigation")[0].loadEventEnd,
  }));
  const total = await countOf(page);
  await page.evaluate(() => performance.clearMeasures());
  const strokes = [];
  for (const letter of TYPED) {
    strokes.push(
      await page.evaluate(async (typed) => {
        const field = document.querySelector("#filter-q");
        const measured = new Promise((done) =>
          new PerformanceObserver((list) => done(list.getEntries()[0])).observe({ type: "measure" }),
        );
        const begun = performance.now();
        field.value += typed;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        const quick = await Promise.race([measured, new Promise((done) => setTimeout(done, 400, null))]);
        await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
        return quick && { filter: quick.duration, shown: performance.now() - begun };
      }, letter),
    );
  }
  await page.evaluate(() => {
    location.hash = "#matrix?all=1";
  });
  await page.locator("table.matrix tbody tr").nth(24).waitFor();
  const cells = await page.locator("table.matrix td").count();
  await page.evaluate(() => {
    location.hash = "#repositories?page=100";
  });
  await page.waitForFunction(
    () => document.querySelector("[data-pager=repositories] span").textContent === "Page 100 of 100",
  );
  return {
    times,
    total,
    strokes: strokes.filter(Boolean),
    cells,
    count: await page.locator("[data-ranking=repositories] tbody tr").count(),
  };
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const context = await browser.newContext({
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  listen(page);
  const seen = {};
  await page.setViewportSize({ width: 1000, height: 600 });
  for (const stage of [large, filters, chips, addresses, keys, finding, tables, colours, paper, only, strangers]) {
    const begun = performance.now();
    seen[stage.name] = await stage(page);
    stages[stage.name] = Math.round(performance.now() - begun);
  }
  const begun = performance.now();
  await visit(page, "small");
  for (const [view, screens] of Object.entries({
    overview: EVERYWHERE,
    "findings?severity=error,warning&q=docker": EVERYWHERE,
    repositories: NARROW,
    rules: WIDE,
    owners: NARROW,
    matrix: WIDE,
    "findings?q=docker": [],
  })) {
    await move(page, `#${view}`);
    await look(page, view.split("?")[0], screens);
  }
  await page.locator("#list a.open").first().click();
  await page.locator("#opened[open]").waitFor();
  await look(page, "opened", EVERYWHERE, "#opened");
  await page.evaluate(() => document.querySelector("#close").replaceChildren());
  const before = complaints.length;
  await look(page, "a button without a name", NARROW, "#opened");
  seen.noticed = complaints.splice(before).map((said) => said.split(": ")[1]);
  await visit(page, "small", "#findings?q=nothing-has-this");
  seen.none = await countOf(page);
  await look(page, "none", NARROW);
  await visit(page, "empty");
  await look(page, "empty", NARROW);
  stages.looks = Math.round(performance.now() - begun);
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const still = await plain.newPage();
  listen(still);
  await visit(still, "plain");
  seen.still = {
    views: await still.locator("main > .view:visible").count(),
    rows: await still.locator("[data-ranking=repositories] tbody tr:visible").count(),
    controls: await still.locator("input:visible, select:visible, button:visible").count(),
  };
  if (pictures) await still.screenshot({ path: path.join(pictures, "still.png") });
  await browser.close();
  console.log(JSON.stringify({ complaints, ...seen, stages }));
}

main().catch((error) => {
  console.error(`${state.now}: ${error.stack}`);
  process.exit(1);
});
