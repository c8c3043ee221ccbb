// Passwords can be looked at while they are typed; whoever left something unsent is told so.
import { all, one } from "./dom.js";
import { draftNames } from "./drafts.js";

function showPassword() {
  all("[data-look]").forEach((button) => {
    const fields = all(button.dataset.look);
    button.hidden = !fields.length;

    button.addEventListener("click", () => {
      const isShown = button.getAttribute("aria-pressed") === "true";
      fields.forEach((field) => {
        field.type = isShown ? "password" : "text";
      });
      button.setAttribute("aria-pressed", String(!isShown));
    });
  });
}

function countUnsent() {
  const note = one("[data-waiting]");
  const drafts = draftNames().length;
  if (!note || !drafts) return;

  one("strong", note).textContent = drafts;
  note.hidden = false;
}

showPassword();
countUnsent();
