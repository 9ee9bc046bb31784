"use strict";
const byNumber = (one, other) => Number(one) - Number(other);
const byName = (one, other) => one.localeCompare(other, "en", { numeric: true });
const sort = (table, heads, at) => {
  const head = heads[at];
  const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
  heads.forEach((each) => each.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", direction);
  const sign = direction === "ascending" ? 1 : -1;
  const compare = head.classList.contains("number") ? byNumber : byName;
  const body = table.tBodies[0];
  const value = (row) => row.cells[at].dataset.sort;
  const rows = [...body.rows].sort((one, other) => {
    const missing = (value(one) === "") - (value(other) === "");
    return missing || sign * compare(value(one), value(other));
  });
  body.append(...rows);
};
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => head.querySelector("button")?.addEventListener("click", () => sort(table, heads, at)));
}
