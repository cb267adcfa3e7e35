// Before anything is drawn: which part is shown, and in which colours.
"use strict";
{
  const root = document.documentElement;
  const views = ["overview", "findings", "repositories", "rules", "owners", "matrix"];
  const named = location.hash.slice(1).split("?")[0];
  root.dataset.view = views.includes(named) ? named : "overview";
  try {
    const theme = localStorage.getItem("cblint-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // A browser may refuse a page from disk a place to keep anything: it then has the system's colours.
  }
}
