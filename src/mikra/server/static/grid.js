// Moving in a grid by keyboard, pasting cells of a spreadsheet into it, picking all rows shown. Tab works without it.
(() => {
  "use strict";
  const cells = (grid, column) => [...grid.querySelectorAll("[data-cell]")].filter((c) => !column || c.dataset.cell === column);
  const go = (input) => { if (input) { input.focus(); if (input.select) input.select(); } };

  document.addEventListener("keydown", (event) => {
    const input = event.target.closest ? event.target.closest("[data-grid] [data-cell]") : null;
    if (!input || event.isComposing) return;
    const grid = input.closest("[data-grid]");
    const step = (column, by) => {
      const all = cells(grid, column);
      go(all[all.indexOf(input) + by]);
    };
    const typed = input.tagName === "INPUT";
    if (event.key === "Enter") step(null, event.shiftKey ? -1 : 1); // the next cell that needs somebody
    else if (event.key === "ArrowDown" && (typed || event.ctrlKey)) step(input.dataset.cell, 1); // the same column
    else if (event.key === "ArrowUp" && (typed || event.ctrlKey)) step(input.dataset.cell, -1);
    else if (event.key === "Escape" && typed) input.value = input.defaultValue;
    else return;
    event.preventDefault();
  });

  // Cells copied from a spreadsheet: lines go down the column, tabs to the cells on the right that can be edited.
  document.addEventListener("paste", (event) => {
    const input = event.target.closest ? event.target.closest("[data-grid] input[data-cell]") : null;
    const text = input && event.clipboardData ? event.clipboardData.getData("text/plain").replace(/\r?\n$/, "") : "";
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const column = cells(input.closest("[data-grid]"), input.dataset.cell);
    const start = column.indexOf(input);
    text.split(/\r?\n/).forEach((row, down) => {
      const first = column[start + down];
      if (!first) return;
      const line = [...first.closest("tr").querySelectorAll("[data-cell]")];
      row.split("\t").forEach((value, right) => {
        const cell = line[line.indexOf(first) + right];
        if (!cell) return;
        cell.value = value.trim();
        cell.dispatchEvent(new Event("change", { bubbles: true }));
      });
    });
  });

  const picks = (grid) => [...grid.querySelectorAll("tbody .grid__pick input")];
  document.addEventListener("change", (event) => {
    const grid = event.target.closest("[data-grid]");
    if (!grid || !event.target.closest(".grid__pick")) return;
    const all = grid.querySelector("[data-pick-all]");
    if (event.target === all) picks(grid).forEach((box) => { box.checked = all.checked; });
    const on = picks(grid).filter((box) => box.checked).length;
    all.checked = on > 0 && on === picks(grid).length;
    all.indeterminate = on > 0 && !all.checked;
    grid.dispatchEvent(new CustomEvent("mikra:picked", { bubbles: true, detail: { on } })); // the bulk bar asks anew
  });
})();
