// Printing: by a button, or as soon as a page made for paper is there.
import { all, one } from "./dom.js";

all("[data-print]").forEach((button) => {
  button.addEventListener("click", () => window.print());
});

if (one("[data-print-now]")) {
  window.addEventListener("load", () => window.print());
}
