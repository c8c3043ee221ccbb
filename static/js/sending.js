// Sends a form and leaves the page only once the server has it: over a dead line the
// browser would show a page of its own.
import { one } from "./dom.js";
import { dropArrived } from "./drafts.js";
import { say, sayWhatCame } from "./line.js";

const LONGEST = 60000; // milliseconds until a line counts as dead; photos take a while

export function sendInPlace(form) {
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
    const { status, address } = await send(form, button);
    isGoing = false;
    form.removeAttribute("aria-busy");

    if (address) {
      dropArrived(address); // the next page may take a while
      location.assign(address);
    } else if (!sayWhatCame(status, true)) {
      isPlain = true;
      form.requestSubmit(button);
    }
  });
}

async function bodyOf(form, button) {
  if (one("input[type=file]", form).files.length) {
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
  try {
    const headers = { Accept: "application/json" };
    const body = await bodyOf(form, button);
    const options = { method: "POST", body, headers, signal: stop.signal };
    const answer = await fetch(form.action, options);
    const isTaken = answer.ok && /json/.test(answer.headers.get("Content-Type"));
    return { status: answer.status, address: isTaken && (await answer.json()).go };
  } catch {
    return { status: 0 };
  } finally {
    clearTimeout(timer);
  }
}
