// The table of rules can be filtered; without this script it is a table. Two things that the theme makes are mended.
"use strict";

addEventListener("DOMContentLoaded", () => {
  filterRules();
  mend();
  new MutationObserver(mend).observe(document.querySelector("article"), { childList: true, subtree: true });
  addEventListener("resize", mend);
});

function mend() {
  // The buttons of a code block: who jumps from landmark to landmark wants none of them.
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none");
  // A table that is wider than the page: who has no mouse has to get into it to scroll it.
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

function filterRules() {
  const tables = [...document.querySelectorAll("table[data-labelled]")];
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
  const cell = (row, column) => row.querySelector(`[data-column="${column}"]`)?.textContent.trim() ?? "";
  if (rows.length === 0 || cell(rows[0], "code") === "") return;

  const filters = {
    Family: { of: (row) => cell(row, "code").slice(0, 3), title: familyOf(tables) },
    Severity: { of: (row) => cell(row, "severity"), order: ["error", "warning", "note"] },
    Fix: { of: (row) => cell(row, "fix") || "none", order: ["safe", "unsafe", "none"] },
  };
  const form = document.createElement("form");
  form.className = "rule-filter";
  const count = document.createElement("output");
  count.className = "rule-count";
  count.setAttribute("role", "status");
  for (const [name, filter] of Object.entries(filters)) {
    filter.select = document.createElement("select");
    filter.select.append(new Option("all", ""));
    for (const value of filter.order ?? [...new Set(rows.map(filter.of))]) {
      filter.select.append(new Option(filter.title?.(value) ?? value, value));
    }
    const label = document.createElement("label");
    label.append(name, " ", filter.select);
    form.append(label);
  }
  form.append(count);
  document.querySelector("article h1").after(form);
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();

  function show() {
    const wanted = Object.values(filters).filter(({ select }) => select.value);
    for (const row of rows) row.hidden = wanted.some(({ of, select }) => of(row) !== select.value);
    for (const table of tables) {
      partOf(table).hidden = headingOf(table).hidden = [...table.tBodies[0].rows].every((row) => row.hidden);
    }
    count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rules`;
  }

  function familyOf(all) {
    const titles = new Map(all.map((table) => [
      cell(table.tBodies[0].rows[0], "code").slice(0, 3), headingOf(table).firstChild.textContent.trim(),
    ]));
    return (code) => titles.get(code);
  }

  // A table, or the box that the theme has put it into.
  function partOf(table) {
    let part = table;
    while (part.parentElement !== table.closest("article")) part = part.parentElement;
    return part;
  }

  function headingOf(table) {
    let part = partOf(table);
    while (part.tagName !== "H2") part = part.previousElementSibling;
    return part;
  }
}
