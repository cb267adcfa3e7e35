// The filters that are set: as buttons that take each back, and as words on paper.

const LONGEST_CHIP = 200;
const NAMES = { category: rules.category, rule: rules.name, repository: repositories.name, owner: owners.name };
const KINDS = {
  fix: { any: "any", safe: "safe" },
  suppressed: { shown: "shown too", only: "only these" },
};
const STEERING = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

// A name from an address, which anybody can have made; it is not always one that the report has.
function valueOf(kind, value) {
  const low = value.toLowerCase(),
    exact = kind === "rule" || kind === "category";
  const known = NAMES[kind].some((name) => (exact ? name === value : name.toLowerCase().includes(low)));
  return `${value || (kind === "owner" ? "no owner" : "(no name)")}${known ? "" : " (not in this report)"}`;
}

// Each filter that has an effect: its name, its value in words, and the filters without it.
function inForce(filters) {
  const found = [];
  const add = (name, said, ...rest) => {
    const others = new URLSearchParams(filters),
      key = name === "search" ? "q" : name;
    others.delete(key);
    if (rest.length > 0) others.set(key, rest.join(","));
    const value = said.replace(STEERING, "\ufffd");
    found.push({ name, value: value.length > LONGEST_CHIP ? `${value.slice(0, LONGEST_CHIP)}…` : value, others });
  };
  if (filters.get("q")?.trim()) add("search", filters.get("q").trim());
  const severities = filters.has("severity") ? [...new Set(filters.get("severity").split(","))] : [];
  for (const severity of severities) add("severity", severity, ...severities.filter((other) => other !== severity));
  for (const name of Object.keys(NAMES)) if (filters.has(name)) add(name, valueOf(name, filters.get(name)));
  for (const [name, values] of Object.entries(KINDS)) {
    if (Object.hasOwn(values, filters.get(name) ?? "")) add(name, values[filters.get(name)]);
  }
  if (filters.has("new")) add("new", "in this run");
  return found;
}

function fillChips(filters) {
  const chips = inForce(filters).map(({ name, value, others }, place) => {
    const button = made(
      "button",
      { type: "button" },
      unseen("Remove the filter "),
      `${name}: `,
      made("bdi", {}, value),
      made("span", { "aria-hidden": "true" }, " ✕"),
    );
    button.addEventListener("click", () => {
      go("findings", others);
      const left = all("#chips button");
      (left[place] ?? left.at(-1) ?? one("#findings-title")).focus();
    });
    return made("li", {}, button);
  });
  one("#chips").hidden = chips.length === 0;
  one("#chips").replaceChildren(...chips);
}

// What the findings on paper are: empty if they are all.
function filtersInWords(filters) {
  const said = new Map();
  for (const { name, value } of inForce(filters)) {
    said.set(name, said.has(name) ? `${said.get(name)} or ${value}` : `${name}: ${value}`);
  }
  return [...said.values()].join("; ");
}
