// Lists: going from row to row, and ticking several.
import { all, one } from "./dom.js";

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
