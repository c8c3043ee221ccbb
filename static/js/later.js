// What every page has and needs a moment later: nobody is in a second field yet, nor has anybody
// logged in anew in another window, nor left words of before waiting for long.
import { one } from "./dom.js";
import "./enter.js";
import "./tokens.js";

const KEPT_BY_NOBODY = ":not([data-keep]):not([data-draft]):not([data-autosave])";

if (one("#words-back") && one(`main form[method=post]${KEPT_BY_NOBODY}`)) {
  import("./words_back.js");
}
