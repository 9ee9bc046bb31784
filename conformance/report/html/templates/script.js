"use strict";
// What this page holds of a target is text: it is put in with textContent and never read as HTML.
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("the_data").textContent);
const GLYPHS = { pass: "✓", fail: "✕", error: "!", warn: "▲", blocked: "■", "not testable": "?", "not applicable": "·" };
const FIELDS = ["target", "scope", "status", "check", "parameters", "subject", "why", "milliseconds", "requests", "blocker"];
const AT_ONCE = 50;
const VERDICTS_SHOWN = 200;
const slug = (status) => status.replace(" ", "-");
const at = (verdict, field) => verdict[FIELDS.indexOf(field)] ?? 0;
const text = (verdict, field) => data.texts[at(verdict, field)];

const make = (tag, className, content) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.textContent = content;
  return element;
};

/* The list: one row a requirement, made when it is shown; its verdicts, when it is opened. */

const worst = (verdicts) => Math.min(...verdicts.map((verdict) => at(verdict, "status")));
const columns = data.scopes.map(([long, short], number) => ({ long, short, number })).filter(({ long }) => long);

const cell = (verdicts, column, dim) => {
  if (!verdicts) return make("span", "cell absent");
  const status = data.statuses[worst(verdicts)];
  const element = make("span", `cell ${slug(status)}${dim ? " dim" : ""}`, GLYPHS[status]);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", `${column.long}: ${status}`);
  element.title = `${column.long}: ${status}`;
  return element;
};

const strip = (rule, shown) => {
  const element = make("span", "strip");
  const by = new Map();
  for (const verdict of rule.v) {
    const scope = at(verdict, "scope");
    by.set(scope, [...(by.get(scope) ?? []), verdict]);
  }
  const chosen = new Set(shown.map((verdict) => at(verdict, "scope")));
  const own = columns.filter((column) => isOfContract.get(column.number) === rule.contract);
  for (const column of own) element.append(cell(by.get(column.number), column, !chosen.has(column.number)));
  return element;
};

const isOfContract = new Map();
for (const rule of data.rules) for (const verdict of rule.v) isOfContract.set(at(verdict, "scope"), rule.contract);

const row = ({ rule, shown }) => {
  const element = make("details", "row");
  element.id = `list_${rule.id}`;
  const summary = make("summary");
  const said = make("span", "said");
  const sentence = make("span", "rule");
  sentence.append(make("bdi", "", rule.rule || rule.id));
  const meta = make("span", "meta");
  meta.append(make("b", "level", rule.level), " ", make("code", "", rule.id), " ", make("span", "", rule.area));
  said.append(sentence, meta);
  summary.append(said, strip(rule, shown));
  element.append(summary);
  element.addEventListener("toggle", () => element.open && element.children.length === 1 && element.append(inside(rule, shown)), { once: true });
  return element;
};

const HEADS = ["verdict", "revision or profile", "about", "why", "check", "took"];
const inside = (rule, shown) => {
  const element = make("div", "inside");
  const link = document.querySelector(`details.finding[id="${CSS.escape(rule.id)}"]`);
  if (link) {
    const anchor = make("a", "", "Evidence above");
    anchor.href = `#${rule.id}`;
    element.append(anchor);
  }
  const table = make("table");
  const head = table.createTHead().insertRow();
  const heads = data.targets.length > 1 ? ["verdict", "target", ...HEADS.slice(1)] : HEADS;
  for (const name of heads) {
    const th = make("th", "", name);
    th.scope = "col";
    head.append(th);
  }
  const body = table.createTBody();
  const sorted = [...shown].sort((one, other) => at(one, "status") - at(other, "status") || at(one, "target") - at(other, "target"));
  for (const verdict of sorted.slice(0, VERDICTS_SHOWN)) body.append(line(rule, verdict));
  element.append(table);
  if (sorted.length > VERDICTS_SHOWN) element.append(make("p", "quiet", `and ${sorted.length - VERDICTS_SHOWN} more in verdicts.json`));
  return element;
};

const line = (rule, verdict) => {
  const element = make("tr");
  const status = data.statuses[at(verdict, "status")];
  const cells = [make("td")];
  const badge = make("span", `badge ${slug(status)}`);
  const glyph = make("span", "", GLYPHS[status]);
  glyph.setAttribute("aria-hidden", "true");
  badge.append(glyph, ` ${status}`);
  cells[0].append(badge);
  if (data.targets.length > 1) cells.push(make("td", "", data.targets[at(verdict, "target")].split(" ")[0]));
  const scope = make("td");
  const address = data.texts[rule.links[at(verdict, "scope")] ?? 0];
  const name = data.scopes[at(verdict, "scope")][0] || "all";
  if (address) {
    const anchor = make("a", "", name);
    anchor.href = address;
    anchor.rel = "noreferrer noopener";
    anchor.target = "_blank";
    scope.append(anchor);
  } else scope.textContent = name;
  cells.push(scope, bdi(text(verdict, "subject")), why(verdict));
  cells.push(bdi(text(verdict, "check").split("::").at(-1) + text(verdict, "parameters")));
  const requests = at(verdict, "requests");
  cells.push(make("td", "nowrap", requests ? `${requests} requests, ${at(verdict, "milliseconds")} ms` : ""));
  element.append(...cells);
  return element;
};

const bdi = (content) => {
  const element = make("td");
  element.append(make("bdi", "", content));
  return element;
};

const why = (verdict) => {
  const element = bdi(text(verdict, "why"));
  const blocker = text(verdict, "blocker");
  if (blocker) {
    const anchor = make("a", "", blocker);
    anchor.href = `#${blocker}`;
    element.append(" blocked by ", anchor);
  }
  return element;
};

/* The filter: what it says is in the address, so that a view can be sent to somebody. */

const form = byId("the_filter");
const rows = byId("the_rows");
const rest = byId("the_rest");
let waiting = [];

const filters = () => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));

const matching = (chosen) => {
  const status = data.statuses.findIndex((name) => slug(name) === chosen.status);
  const scope = data.scopes.findIndex(([long]) => long === chosen.scope && long);
  const words = (chosen.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (const rule of data.rules) {
    if (chosen.area && rule.area !== chosen.area) continue;
    if (chosen.level && rule.level !== chosen.level) continue;
    const about = `${rule.id} ${rule.rule} ${rule.area} ${rule.level}`.toLowerCase();
    const missing = words.filter((word) => !about.includes(word));
    const shown = rule.v.filter((verdict) =>
      (status < 0 || at(verdict, "status") === status)
      && (!chosen.scope || at(verdict, "scope") === scope)
      && (!chosen.target || at(verdict, "target") === Number(chosen.target) - 1)
      && (!missing.length || holds(verdict, missing)));
    if (shown.length) found.push({ rule, shown });
  }
  return found;
};

const holds = (verdict, words) => {
  const own = [text(verdict, "check"), text(verdict, "parameters"), text(verdict, "subject"), text(verdict, "why")].join(" ").toLowerCase();
  return words.every((word) => own.includes(word));
};

const more = (count) => {
  rows.append(...waiting.splice(0, count).map(row));
  rest.hidden = !waiting.length;
  rest.textContent = `Show ${Math.min(waiting.length, AT_ONCE)} more of ${waiting.length}`;
};

const show = () => {
  const found = matching(filters());
  const verdicts = found.reduce((sum, { shown }) => sum + shown.length, 0);
  byId("the_tally").textContent = `${found.length} of ${data.rules.length} requirements, ${verdicts.toLocaleString("en")} verdicts`;
  rows.replaceChildren(heads());
  waiting = found;
  more(AT_ONCE);
};

const heads = () => {
  const element = make("div", "heads");
  element.setAttribute("aria-hidden", "true");
  for (const column of columns.filter(({ number }) => !isOfContract.get(number))) element.append(make("span", "cell head", column.short));
  return element;
};

const choices = (name, values) => {
  for (const [value, label] of values) {
    const option = make("option", "", label);
    option.value = value;
    form.elements[name].append(option);
  }
};

const fillForm = () => {
  const used = new Set(data.rules.flatMap((rule) => rule.v.map((verdict) => at(verdict, "status"))));
  choices("status", data.statuses.filter((_, number) => used.has(number)).map((name) => [slug(name), name]));
  const distinct = (key) => [...new Set(data.rules.map((rule) => rule[key]))].filter(Boolean).sort().map((name) => [name, name]);
  choices("level", distinct("level"));
  choices("area", distinct("area"));
  choices("scope", columns.map(({ long }) => [long, long]));
  choices("target", data.targets.map((name, number) => [String(number + 1), name]));
  byId("the_target_filter").hidden = data.targets.length < 2;
  form.hidden = false;
};

/* Addresses: #?area=tools&status=fail filters, #requirement-id opens. */

const setFilters = (query) => {
  const wanted = new URLSearchParams(query);
  for (const control of form.elements) if (control.name) control.value = wanted.get(control.name) ?? "";
  show();
};

const open = (id) => {
  const finding = byId(id);
  if (finding?.matches("details")) {
    for (let outer = finding; outer; outer = outer.parentElement.closest("details")) outer.open = true;
    finding.scrollIntoView();
    finding.querySelector("summary").focus({ preventScroll: true });
    return;
  }
  if (!data.rules.some((rule) => rule.id === id)) return;
  setFilters("");
  const place = waiting.findIndex(({ rule }) => rule.id === id);
  if (place >= 0) more(place + 1);
  const listed = byId(`list_${id}`);
  for (const aimed of rows.querySelectorAll(".aim")) aimed.classList.remove("aim");
  listed.classList.add("aim");
  listed.open = true;
  listed.scrollIntoView({ block: "center" });
  listed.querySelector("summary").focus({ preventScroll: true });
};

const follow = () => {
  const hash = location.hash.slice(1);
  if (hash.startsWith("?")) {
    setFilters(hash.slice(1));
    byId("the_list").scrollIntoView();
    byId("the_list").focus({ preventScroll: true });
  } else if (hash) open(decoded(hash));
};

const decoded = (hash) => {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
};

const remember = () => {
  const query = new URLSearchParams(Object.entries(filters()).filter(([, value]) => value)).toString();
  history.replaceState(null, "", query ? `#?${query}` : "#");
};

fillForm();
show();
form.addEventListener("input", () => { show(); remember(); });
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => { show(); remember(); }));
rest.addEventListener("click", () => more(AT_ONCE));
addEventListener("hashchange", follow);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && link.getAttribute("href") === location.hash) follow();
});
addEventListener("load", follow);

/* Copying, the theme, and paper. */

const copy = async (button) => {
  const source = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    button.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl-C";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
};
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

const THEMES = ["auto", "light", "dark"];
const theme = byId("the_theme");
const stored = () => { try { return localStorage.getItem("mcp-conformance-theme"); } catch { return null; } };
const paint = (name) => {
  document.documentElement.dataset.theme = name;
  theme.textContent = `Theme: ${name}`;
};
theme.hidden = false;
paint(THEMES.includes(stored()) ? stored() : "auto");
theme.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  paint(next);
  try { localStorage.setItem("mcp-conformance-theme", next); } catch { /* a page that may keep nothing still changes its colours */ }
});

let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details.finding:not([open]), details.further:not([open])")];
  for (const each of closed) each.open = true;
});
addEventListener("afterprint", () => { for (const each of closed) each.open = false; });
