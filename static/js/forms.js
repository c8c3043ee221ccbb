// What every form may have: a first field, the next one on Enter, one sending.
import { all, one } from "./dom.js";
import { isComposing } from "./keys.js";

const SAME_SENDING = 4000; // milliseconds
const ONE_LINE = /^(text|search|tel|email|url|number|date|datetime-local|month|time)$/;
const UNSEEN = /^(hidden|submit|button|reset|image)$/;
// Forms of one short answer each, which Enter has always sent: passwords, one-time codes,
// and a speaker's own on the tracking page.
const SENT_BY_ENTER =
  "[autocomplete$=password], [autocomplete=one-time-code], [name=k]";

// Browsers keep their promise of autofocus only with the first frame; a quick hand's first
// letter would be lost.
export function focusFirst() {
  const first = one("[autofocus]");
  if (first && document.activeElement === document.body) first.focus();
}

// Enter ends the choice of a Chinese word, and a hand that is used to it expects the next
// field after it, not a form that is gone. A form that writes is sent by its button.
export function goOnWithEnter() {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const isPlain = event.key === "Enter" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!isPlain || event.defaultPrevented || isComposing(event)) return;
    if (!target.form || !goesOn(target.form)) return;

    // a key that is held down would go through the fields and press the button
    if (event.repeat && target.tagName !== "TEXTAREA") event.preventDefault();
    else if (ONE_LINE.test(target.type)) goOn(event, target);
  });
}

function goOn(event, field) {
  const fields = fieldsOf(field.form);
  const next = fields[fields.indexOf(field) + 1] || mainButton(field.form);

  event.preventDefault();
  if (next) next.focus();
}

function goesOn(form) {
  if (form.method !== "post" || one(SENT_BY_ENTER, form)) return false;
  return fieldsOf(form).length > 1;
}

// The fields of a form that can be seen; of radio buttons the one that Tab would come to.
function fieldsOf(form) {
  return Array.from(form.elements).filter((field) => {
    const isField = /^(INPUT|TEXTAREA|SELECT)$/.test(field.tagName);
    if (!isField || UNSEEN.test(field.type) || field.disabled) return false;
    return isSeen(field) && !isPassedOver(field, form);
  });
}

function isPassedOver(field, form) {
  if (field.type !== "radio") return false;

  const group = all(`[type=radio][name="${CSS.escape(field.name)}"]`, form);
  return field !== (group.find((radio) => radio.checked) || group[0]);
}

function mainButton(form) {
  const buttons = Array.from(form.elements).filter(
    (button) => button.type === "submit" && isSeen(button),
  );
  return buttons.find((button) => button.matches(".btn-primary")) || buttons[0];
}

function isSeen(field) {
  return field.tabIndex >= 0 && field.checkVisibility({ visibilityProperty: true });
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
