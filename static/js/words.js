// The box for the words, and what is offered beneath it.
import { one } from "./dom.js";

export function tendWords(form) {
  growWithText(one("#id_verbatim", form));
  dropOldHints(form);
  fillFromWords(form);
}

function growWithText(area) {
  area.addEventListener("input", () => {
    area.style.height = "auto";
    area.style.height = area.scrollHeight + 4 + "px";
  });
}

// Similar matters belong to the words and the village they were asked for, also those that
// are still on their way.
function dropOldHints(form) {
  const hints = one("#similar", form);
  hints.dataset.empty = hints.dataset.hint; // without scripts nothing is ever listed
  form.addEventListener("input", (event) => {
    if (!/^(verbatim|village)$/.test(event.target.name)) return;
    hints.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: { elt: hints } }));
    hints.replaceChildren();
  });
}

// What stands in the words and belongs in a field of its own goes there by its button;
// without scripts the server does the same, after it was asked once.
function fillFromWords(form) {
  const offered = Object.assign(document.createElement("input"), { type: "hidden", name: "offered" });
  form.append(offered);

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=fill]");
    if (!button) return;
    event.preventDefault();

    const field = one("#id_" + button.value, form);
    const folded = field.closest("details");
    if (folded) folded.open = true;
    field.value = button.dataset.value;
    button.parentElement.remove();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
