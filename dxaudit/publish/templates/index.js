"use strict";
// Search and sort over the rows that are in the page; nothing is fetched.
const table = document.querySelector("#reports");
const body = table.tBodies[0];
const search = document.querySelector("#search");
const count = document.querySelector("#count");
const fold = (text) => text.normalize("NFKC").toLowerCase();

search.addEventListener("input", () => {
  const wanted = fold(search.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of body.rows) {
    const words = fold(row.dataset.words);
    row.hidden = !wanted.every((word) => words.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  count.textContent = shown;
});

for (const [position, head] of [...table.tHead.rows[0].cells].entries()) {
  const button = head.querySelector("button");
  if (!button) continue;
  button.addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = (row) => row.cells[position].dataset.value;
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      // What was not assessed stands last, whichever way the column is sorted.
      if (x === "" || y === "") return (x === "") - (y === "");
      const order = head.dataset.kind === "number" ? x - y : x.localeCompare(y, "ja");
      return up ? order : -order;
    });
    body.append(...rows);
  });
}
