// Several forms stand on the tracking page, and only one can be sent: what was typed into the
// others is put back once the answer is there. It is kept in this window alone, until then.
// What did not get through is kept on this device, until it does: whoever scans the code once
// more has another window.
import { all, one } from "./dom.js";
import { refill, valuesOf } from "./drafts.js";

const NAME = "typed:" + location.pathname;
const UNSENT = "unsent:" + location.pathname;
const NOT_TYPED = /^(csrfmiddlewaretoken|k|action|version|key)$/;

function formsOf() {
  return all("form").filter((form) => form.elements.action && form.elements.k);
}

function fieldsOf(form) {
  return Array.from(form.elements).filter(
    (field) => field.name && !NOT_TYPED.test(field.name),
  );
}

function nameOf(form) {
  return form.elements.action.value;
}

function hasWords(form) {
  return fieldsOf(form).some((field) => /^text/.test(field.type) && field.value.trim());
}

function keepOthers(event) {
  const typed = {};
  formsOf()
    .filter((form) => form !== event.target && hasWords(form))
    .forEach((form) => {
      typed[nameOf(form)] = valuesOf(fieldsOf(form));
    });
  sessionStorage.setItem(NAME, JSON.stringify(typed));
}

// What did not get through, by the name of its form: {key, values}.
function unsent() {
  return JSON.parse(localStorage.getItem(UNSENT) || "{}");
}

function keepUnsent(form) {
  const kept = { key: form.elements.key.value, values: valuesOf(fieldsOf(form)) };
  localStorage.setItem(UNSENT, JSON.stringify({ ...unsent(), [nameOf(form)]: kept }));
}

function dropUnsent(name) {
  const { [name]: _gone, ...left } = unsent();
  if (Object.keys(left).length) localStorage.setItem(UNSENT, JSON.stringify(left));
  else localStorage.removeItem(UNSENT);
}

// What was written for a form that is there no more is shown to be copied, until it is no longer
// needed. What only this window knew is kept on this device from now on.
function showGone(typed) {
  const here = formsOf().map(nameOf);
  const template = one("#kept");

  Object.entries(typed).forEach(([name, values]) => {
    if (here.includes(name) || unsent()[name]) return;
    localStorage.setItem(UNSENT, JSON.stringify({ ...unsent(), [name]: { values } }));
  });
  Object.entries(unsent()).forEach(([name, { values }]) => {
    if (here.includes(name)) return;
    const words = Object.values(values).filter((value) => value.trim && value.trim());
    if (!words.length) return;

    const card = template.content.cloneNode(true).firstElementChild;
    one("textarea", card).value = words.join("\n");
    one("button", card).addEventListener("click", () => {
      dropUnsent(name);
      card.remove();
    });
    template.after(card);
  });
}

function putBack() {
  const typed = JSON.parse(sessionStorage.getItem(NAME) || "{}");
  sessionStorage.removeItem(NAME);
  showGone(typed);

  formsOf().forEach((form) => {
    const kept = unsent()[nameOf(form)];
    const values = typed[nameOf(form)] || (kept && kept.values);
    if (!values || hasWords(form)) return;

    refill(fieldsOf(form), values);
    const folded = form.closest("details");
    if (folded) folded.open = true;
    if (!kept) return;

    if (kept.key) form.elements.key.value = kept.key; // the answer alone may have been lost
    form.prepend(one("#unsent").content.cloneNode(true));
  });
}

putBack();
document.addEventListener("submit", keepOthers);

// The page is read first; a poor line carries it after the rest.
window.addEventListener("load", async () => {
  const { sendInPlace } = await import("./sending.js");
  formsOf().forEach((form) => {
    const onAway = () => keepUnsent(form);
    const onThere = () => dropUnsent(nameOf(form));
    sendInPlace(form, { onAway, onThere });
  });
});
