// Logging in: the password can be looked at, and whoever left something unsent is told so.
import { all, one } from "./dom.js";
import { draftNames } from "./drafts.js";

function showPassword() {
  all("[data-look]").forEach((button) => {
    const field = document.getElementById(button.dataset.look);
    button.hidden = !field;

    button.addEventListener("click", () => {
      const isShown = field.type === "text";
      field.type = isShown ? "password" : "text";
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
