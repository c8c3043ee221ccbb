// Lists: going from row to row, ticking several, and the row one came from.
import { all, one } from "./dom.js";

const CAME_FROM = "row";

// Tells of a key whether it was for the rows, and does what it means: J, K, X.
export function rowKeys() {
  let lastTicked = null;

  return (key, hasShift) => {
    const rows = all("[data-row]");
    const at = rows.indexOf(document.activeElement);

    if ((key === "j" || key === "k") && rows.length) {
      go(rows, key === "j" ? at + 1 : at - 1);
      return true;
    }

    if (key !== "x" || at < 0) return false;
    const hasStart = hasShift && rows.includes(lastTicked);
    const from = hasStart ? rows.indexOf(lastTicked) : at;
    if (boxOf(rows[at])) {
      tick(rows.slice(Math.min(from, at), Math.max(from, at) + 1), !boxOf(rows[at]).checked);
      lastTicked = rows[at];
    }
    return true;
  };
}

function go(rows, to) {
  const panel = one("#panel");
  if (panel) panel.replaceChildren();
  rows[Math.max(0, Math.min(to, rows.length - 1))].focus();
}

function boxOf(row) {
  return one("input[type=checkbox]", row.parentElement);
}

function tick(rows, isTicked) {
  rows.forEach((row) => {
    boxOf(row).checked = isTicked;
  });
}

// One button or box ticks all others of its form, or none.
export function tickAll() {
  all("[data-tick-all]").forEach((control) => {
    const isBox = control.type === "checkbox";
    const boxes = all(`[name="${CSS.escape(control.dataset.tickAll)}"]`, control.form);
    control.hidden = !boxes.length;

    control.addEventListener("click", () => {
      const isTicked = isBox ? control.checked : !boxes.every((box) => box.checked);
      boxes.forEach((box) => {
        box.checked = isTicked;
      });
    });
  });
}

// The row one came from keeps its place.
export function markCameFrom() {
  all("[data-rows] [data-row]").forEach((link) => {
    link.addEventListener("click", () => {
      sessionStorage.setItem(CAME_FROM, link.getAttribute("href"));
    });
  });

  const last = sessionStorage.getItem(CAME_FROM);
  const row = last && one(`[data-rows] [data-row][href="${CSS.escape(last)}"]`);
  if (row) row.parentElement.classList.add("came-from");
}
