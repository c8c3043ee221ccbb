// A village's groups and cadres come from the server, then are filled as well.
import { all } from "./dom.js";
import { refill } from "./drafts.js";

function isFilled(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function unfold(field) {
  let fold = field.closest("details");
  while (fold) {
    fold.open = true;
    fold = fold.parentElement.closest("details");
  }
}

export function putBackOfVillage(village, draft) {
  document.addEventListener("htmx:load", function came(event) {
    if (event.target.id !== "of-village") return;
    document.removeEventListener("htmx:load", came);
    const fields = all("input, select", event.target);
    refill(fields, draft.draft);
    fields.filter(isFilled).forEach(unfold);
  });

  village.dispatchEvent(new Event("change", { bubbles: true }));
}
