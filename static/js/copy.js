// A button that copies the words of an element; without this module nobody sees it, and
// the words can be selected.
import { all } from "./dom.js";

for (const button of all("[data-copies]")) {
  const words = document.getElementById(button.dataset.copies);
  button.hidden = false;

  // Over plain HTTP no browser has navigator.clipboard.
  button.addEventListener("click", () => {
    getSelection().selectAllChildren(words);
    if (document.execCommand("copy")) button.textContent = button.dataset.done;
  });
}
