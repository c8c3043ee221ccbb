// Lists: one button that ticks all, and the row one came from.
import { all, one } from "./dom.js";

const CAME_FROM = "row";

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
