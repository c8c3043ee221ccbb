// Enter ends the choice of a Chinese word, and a hand that is used to it expects the next
// field after it, not a form that is gone. A form that writes is sent by its button.
import { all, one } from "./dom.js";
import { isComposing } from "./keys.js";

const ONE_LINE = /^(text|search|tel|email|url|number|date|datetime-local|month|time)$/;
const UNSEEN = /^(hidden|submit|button|reset|image)$/;
// Forms of one short answer each, which Enter has always sent: passwords, one-time codes,
// and a speaker's own on the tracking page.
const SENT_BY_ENTER =
  "[autocomplete$=password], [autocomplete=one-time-code], [name=k]";

function goOnWithEnter() {
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

goOnWithEnter();
