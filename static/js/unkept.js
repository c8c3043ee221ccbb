// The note that shows words which the server does not have.
import { one } from "./dom.js";

export function bandOf(form) {
  const band = one("[data-unkept]", form);
  const words = one("pre", band);

  // Over plain HTTP no browser has navigator.clipboard.
  one("[data-copy]", band).addEventListener("click", () => {
    getSelection().selectAllChildren(words);
    document.execCommand("copy");
  });

  function show(why, texts) {
    one("[data-why]", band).textContent = why;
    words.textContent = texts.filter(Boolean).join("\n\n");
    band.hidden = false;
  }

  function hide() {
    band.hidden = true;
  }

  function onDrop(then) {
    one("[data-drop]", band).addEventListener("click", () => {
      hide();
      then();
    });
  }

  return { other: band.dataset.other, show, hide, onDrop };
}
