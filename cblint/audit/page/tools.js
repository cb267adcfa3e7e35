// Small things that all parts use.

const SEVERITIES = ["error", "warning", "note"];
const PLURALS = ["errors", "warnings", "notes"];
const frame = JSON.parse(document.getElementById("frame").textContent);

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const written = (number) => number.toLocaleString("en");
const counted = (number, word, many = `${word}s`) => `${written(number)} ${number === 1 ? word : many}`;

// An element with attributes and children; what is no element becomes text, never markup.
function made(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined)
      element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function drawn(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const icon = (severity) =>
  drawn("svg", { class: `icon ${severity}`, "aria-hidden": "true" }, drawn("use", { href: `#icon-${severity}` }));
const severityMark = (severity) => made("span", { class: `severity ${severity}` }, icon(severity), severity);
const unseen = (text) => made("span", { class: "unseen" }, text);
const named = (text, empty = "(no name)") => (text === "" ? made("i", {}, empty) : made("bdi", {}, ...broken(text)));
const outward = (address, ...children) => made("a", { href: address, rel: "noopener noreferrer" }, ...children);

// A name or path, which may go on in the next line behind what joins its parts.
const broken = (text) =>
  text.split(/(?<=[/_:.])|(?<=\w)(?=@)/).flatMap((part, place) => (place > 0 ? [made("wbr"), part] : [part]));

// The address of a part of the page. What it is filtered by is a URLSearchParams, or an object.
function addressOf(view, filters) {
  const said = new URLSearchParams(filters).toString();
  return `#${view}${said && "?"}${said}`;
}

// Where the page is now: a part, and what that is filtered by.
function here() {
  const [view, filters = ""] = location.hash.slice(1).split(/\?(.*)/s);
  return {
    view: one(`main > .view#${CSS.escape(view || "overview")}`) ? view || "overview" : "overview",
    filters: new URLSearchParams(filters),
  };
}

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It holds for as long as the page is open.
  }
}

function announce(text) {
  one("#announced").textContent = text;
}

function later(milliseconds, work) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}

// Buttons from page to page; `turn` is given the number of a page, from 1.
function fillPager(nav, page, pages, turn) {
  nav.hidden = pages < 2;
  if (nav.children.length === 0) {
    const button = (text, step) => {
      const element = made("button", { type: "button" }, text);
      element.addEventListener("click", () => element.getAttribute("aria-disabled") || nav.turn(nav.page + step));
      return element;
    };
    nav.append(button("Previous", -1), made("span"), button("Next", 1));
  }
  const [back, said, on] = nav.children;
  Object.assign(nav, { page, turn });
  said.textContent = `Page ${written(page)} of ${written(pages)}`;
  for (const [element, last] of [
    [back, page <= 1],
    [on, page >= pages],
  ]) {
    if (last) element.setAttribute("aria-disabled", "true");
    else element.removeAttribute("aria-disabled");
  }
}

const pageOf = (filters, pages) =>
  Math.min(Math.max(Number.parseInt(filters.get("page") ?? "1", 10) || 1, 1), Math.max(pages, 1));
