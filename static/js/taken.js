// A form that is answered with a file leaves the page as it is, and with it what was said
// against the try before. That goes once the next one is sent: where this one is refused as
// well, another page comes.
import { all } from "./dom.js";

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;

  all("#error-summary, .field .error").forEach((words) => words.remove());
  all("[aria-invalid]").forEach((field) => {
    field.removeAttribute("aria-invalid");
    field.classList.remove("is-invalid");
  });
});
