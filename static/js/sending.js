// Sends a form and leaves the page only once the server has it: over a dead line the
// browser would show a page of its own.
import { all, one } from "./dom.js";
import { dropArrived } from "./drafts.js";
import { say, sayWhatCame } from "./line.js";

const LONGEST = 60000; // milliseconds until a line counts as dead; photos take a while
const SLOW = 2000; // milliseconds until the page says that it is still sending
const UNPROCESSABLE = 422; // something in the form is wrong

// What a page does then: `onRefused` is given the form in which the server says what is wrong
// (without it the browser sends the form once more, and shows the server's page), `onAway` is
// called where nothing got through, and `onThere` once the server has read it.
export function sendInPlace(form, { onRefused, onAway, onThere }) {
  let isGoing = false;
  let isPlain = false; // the server has something to show: the browser sends it again

  form.addEventListener("change", (event) => {
    if (event.target.type === "file") import("./photos.js"); // while the line is there
  });
  form.addEventListener("submit", async (event) => {
    if (isPlain || event.defaultPrevented) return;
    event.preventDefault();
    if (isGoing) return;

    isGoing = true;
    form.setAttribute("aria-busy", "true");
    const button = event.submitter;
    const { status, address, page } = await send(form, button);
    isGoing = false;
    form.removeAttribute("aria-busy");

    if (!address && sayWhatCame(status, true)) {
      if (onAway) onAway();
      return;
    }

    if (onThere) onThere();
    const refused = page && onRefused && (await showRefused(page, form));
    if (refused) {
      onRefused(refused);
    } else if (address) {
      dropArrived(address); // the next page may take a while
      location.assign(address);
    } else {
      isPlain = true;
      form.requestSubmit(button);
    }
  });
}

function hasPhotos(form) {
  return all("input[type=file]", form).some((input) => input.files.length);
}

async function bodyOf(form, button) {
  if (hasPhotos(form)) {
    const { shrinkPhotos } = await import("./photos.js");
    await shrinkPhotos(form);
  }

  const body = new FormData(form);
  if (button && button.name) body.append(button.name, button.value);
  return body;
}

async function send(form, button) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LONGEST);

  say("");
  const slow = setTimeout(() => say("going"), SLOW);
  try {
    const headers = { Accept: "application/json" };
    const body = await bodyOf(form, button);
    const options = { method: "POST", body, headers, signal: stop.signal };
    // a field named "action" would stand in the way of form.action
    const answer = await fetch(form.getAttribute("action"), options);
    const isTaken = answer.ok && /json/.test(answer.headers.get("Content-Type"));
    return {
      status: answer.status,
      address: isTaken && (await answer.json()).go,
      page: answer.status === UNPROCESSABLE && (await answer.text()),
    };
  } catch {
    return { status: 0 };
  } finally {
    clearTimeout(timer);
    clearTimeout(slow);
  }
}

// Puts what the server answered in the place of the page, and gives its form; the photos
// stay chosen in it, so that a poor line carries them only once more. Null for a page
// without that form.
async function showRefused(page, form) {
  const main = one("main", new DOMParser().parseFromString(page, "text/html"));
  const refused = main && one(`form[data-draft="${form.dataset.draft}"]`, main);
  if (!refused) return null;

  // parsed by a script, what they hold would be fields and buttons of the form
  all("noscript", main).forEach((unseen) => unseen.remove());
  if (hasPhotos(form)) {
    const { carryPhotos } = await import("./photos.js");
    carryPhotos(form, refused);
  }

  one("main").replaceWith(main);
  window.htmx.process(main);
  const wrong = one("#error-summary", main);
  if (wrong) wrong.focus();
  return refused;
}
