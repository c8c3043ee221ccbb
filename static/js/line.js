// What became of a call: it takes long, the login is over, or the line is away. The page
// stays as it is, with all that was typed, and says so.
import { one } from "./dom.js";

// `what` is one of the words that the band has, or nothing once a call got through.
export function say(what) {
  const band = one("#line");
  if (!band) return;

  band.hidden = !what;
  one("p", band).textContent = band.dataset[what] || "";
  one("a", band).hidden = what !== "over" && what !== "anothers";
}

export function sayWhatCame(status, isOfForm) {
  if (status === 401 || (isOfForm && status === 403)) say("over");
  else if (isOfForm && (!status || status >= 500)) say("away");
  else return false;
  return true;
}

export function watchLine() {
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { status } = detail.xhr;
    const isOfForm = detail.elt.matches("form");
    // what was on its way before the line broke takes nothing back
    if (status === 200 && isOfForm) say("");
    else if (!sayWhatCame(status, isOfForm) && isOfForm && detail.failed) {
      detail.elt.submit(); // the server says why
    }
  });
}
