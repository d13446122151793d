
"use strict";
(() => {
  const form = document.getElementById("filter");
  const table = document.getElementById("found");
  if (!form || !table) return;
  const matches = document.getElementById("matches");
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const rows = [...table.tBodies].map((body) => ({ body, text: body.textContent.toLowerCase(), ...body.dataset }));
  const choices = form.elements;

  const shows = (row) =>
    choices.search.value.toLowerCase().split(/\s+/).every((word) => row.text.includes(word)) &&
    ["rule", "verdict", "severity"].every((name) => !choices[name].value || row[name] === choices[name].value) &&
    (!choices.statement.value || row.statements.split(" ").includes(choices.statement.value));

  function filter() {
    let shown = 0;
    for (const row of rows) {
      row.body.hidden = !shows(row);
      if (!row.body.hidden) shown += 1;
    }
    const number = (count) => count.toLocaleString(document.documentElement.lang);
    const said = shown ? matches.dataset.some : matches.dataset.none;
    matches.textContent = said.replace("{shown}", number(shown)).replace("{all}", number(rows.length));
  }

  function sort(head) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const name = head.dataset.sort;
    rows.sort((one, other) => (down ? -1 : 1) * compare(one[name], other[name]) || one.number - other.number);
    table.append(...rows.map((row) => row.body));
  }

  function open() {
    const target = location.hash.startsWith("#finding-") && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.closest("tbody").hidden) form.reset();
    target.open = true;
    target.scrollIntoView();
  }

  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.title = head.dataset.title;
    button.addEventListener("click", () => sort(head));
    head.replaceChildren(button);
  }
  for (const link of document.querySelectorAll("a[data-statement]")) {
    link.addEventListener("click", () => {
      form.reset();
      choices.statement.value = link.dataset.statement;
      filter();
    });
  }
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", open);
  form.hidden = matches.hidden = false;
  filter();
  open();
})();
