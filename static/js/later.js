// What every page has and needs a moment later: nobody is in a second field yet, nor has anybody
// logged in anew in another window, nor left words of before waiting for long.
import { one } from "./dom.js";
import "./enter.js";
import { say } from "./line.js";
import "./tokens.js";

const KEPT_BY_NOBODY = ":not([data-keep]):not([data-draft]):not([data-autosave])";

// That the line was away lies over what was typed: whoever types on has read it, and it is over
// once the line is back. That the login is over stays until somebody logs in.
const band = one("#line");
if (band) {
  const forgetAway = () => {
    const isAway = one("p", band).textContent === band.dataset.away;
    if (!band.hidden && isAway) say("");
  };
  document.addEventListener("input", forgetAway);
  window.addEventListener("online", forgetAway);
}

if (one("#words-back") && one(`main form[method=post]${KEPT_BY_NOBODY}`)) {
  import("./words_back.js");
}
