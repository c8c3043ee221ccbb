// Printing: by a button, or as soon as a page made for paper is there. Of one that is shown
// once the browser asks before it goes, but for the link that says that it is printed.
import { all, one } from "./dom.js";

all("[data-print]").forEach((button) => {
  button.addEventListener("click", () => window.print());
});

if (one("[data-print-now]")) {
  window.addEventListener("load", () => window.print());
}

if (one("[data-shown-once]")) {
  let isPrinted = false;
  all("[data-leave]").forEach((link) => {
    link.addEventListener("click", () => {
      isPrinted = true;
    });
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isPrinted) event.preventDefault();
  });
}
