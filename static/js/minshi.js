// What every page has. All of it is enhancement: every page works without scripts.
// A page with more to do names its own beside this one: intake, login, minutes, print, steps.
import { forgetPage, markBackground } from "./background.js";
import { one } from "./dom.js";
import { dropArrived } from "./drafts.js";
import { focusFirst, forgetErrors, sendOnce } from "./forms.js";
import { openDialogs, watchKeys } from "./keys.js";
import { watchLine } from "./line.js";

markBackground();
forgetPage();
focusFirst();
forgetErrors();
sendOnce();
watchLine();
watchKeys();
openDialogs();
dropArrived();

// Nobody needs these before the page is there; a poor line carries them after the rest.
import("./later.js");

// Nor does a list need these to be read.
if (one("[data-rows], [data-tick-all]")) {
  import("./lists.js").then(({ markCameFrom, tickAll }) => {
    markCameFrom();
    tickAll();
  });
}
