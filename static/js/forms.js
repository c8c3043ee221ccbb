// What every form may have: a first field, one sending.
import { all, one } from "./dom.js";

const SAME_SENDING = 4000; // milliseconds

// Browsers keep their promise of autofocus only with the first frame; a quick hand's first
// letter would be lost.
export function focusFirst() {
  const first = one("[autofocus]");
  if (first && document.activeElement === document.body) first.focus();
}

// What was wrong with a field is no longer said once the field is changed; whether it is
// right now, the server says.
export function forgetErrors() {
  document.addEventListener("input", (event) => {
    const field = event.target.closest(".field");
    if (field) all(".error", field).forEach((words) => words.remove());
  });
}

// A second click does not send twice; the server would not mind either.
export function sendOnce() {
  document.addEventListener("submit", refuseSecond);

  // A page out of the browser's memory may be sent again.
  window.addEventListener("pageshow", () => {
    all("form").forEach((form) => {
      delete form.dataset.sent;
      delete form.dataset.to;
    });
  });
}

function refuseSecond(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;

  const button = event.submitter;
  const hasOwnTarget = button && button.hasAttribute("formaction");
  const target = hasOwnTarget ? button.formAction : form.action;
  if (form.dataset.to === target && Date.now() - form.dataset.sent < SAME_SENDING) {
    event.preventDefault();
    return;
  }

  form.dataset.sent = Date.now();
  form.dataset.to = target;
}
