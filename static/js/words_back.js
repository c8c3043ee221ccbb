// Words that were typed into a form and not sent: kept on this computer while its page is away,
// and put back when it is opened again. Forms that keep their own say so; a page behind the login
// is never in the browser's memory, so Back alone would bring it as it was first drawn.
import { all, one } from "./dom.js";
import { drop, store, stored } from "./drafts.js";

const OWN_WAY = "[data-keep], [data-draft], [data-autosave]";
const WORDS = "textarea, input[type=text]";
const LASTS = 7 * 24 * 3600 * 1000; // milliseconds
const SENT = "words-sent";

const arrival = performance.getEntriesByType("navigation")[0];
const isRefused = arrival.responseStatus >= 400 || Boolean(one("#error-summary"));
const forms = all("main form[method=post]").filter(
  (form) => !form.matches(OWN_WAY) && !one("[type=password]", form),
);

function pathOf(form) {
  return (form.getAttribute("action") || location.pathname).split("?")[0];
}

// Several forms of a page may be sent to one address.
function nameOf(form) {
  const path = pathOf(form);
  const nth = forms.filter((other) => pathOf(other) === path).indexOf(form);
  return `words-${document.body.dataset.inside}-${path}-${nth}`;
}

function fieldsOf(form) {
  return all(WORDS, form).filter((field) => field.name && !field.readOnly);
}

// What differs from the form as it was drawn, each with what stood there: one that comes back
// refused is drawn with what was typed.
function keep(form) {
  const before = (isRefused && (stored(nameOf(form)) || {}).texts) || {};
  const texts = {};
  fieldsOf(form).forEach(({ name, value, defaultValue }) => {
    const drawn = name in before ? before[name].before : defaultValue;
    if (value.trim() && value !== drawn) texts[name] = { value, before: drawn };
  });
  if (Object.keys(texts).length) store(nameOf(form), { at: Date.now(), texts });
  else drop(nameOf(form));
}

// A form that was sent and is not refused on the page that answers has arrived. Back over a dead
// line answers nothing.
function dropSent() {
  const name = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (name && arrival.type === "navigate" && !isRefused) drop(name);
}

function putBack(form) {
  const draft = stored(nameOf(form));
  if (!draft) return;
  if (Date.now() - draft.at > LASTS) {
    drop(nameOf(form));
    return;
  }

  const filled = fieldsOf(form).filter((field) => {
    const kept = draft.texts[field.name];
    return kept && field.value === kept.before && field.value === field.defaultValue;
  });
  filled.forEach((field) => {
    field.value = draft.texts[field.name].value;
    const folded = field.closest("details");
    if (folded) folded.open = true;
  });
  if (filled.length) say(form, filled);
}

function say(form, filled) {
  const note = one("#words-back").content.firstElementChild.cloneNode(true);
  one("button", note).addEventListener("click", () => {
    filled.forEach((field) => (field.value = field.defaultValue));
    keep(form);
    note.remove();
  });
  form.before(note);
}

dropSent();
forms.forEach((form) => {
  putBack(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, nameOf(form)));
});
// A part of a form that was taken by itself is drawn with what was taken.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  forms.filter((form) => form.contains(target)).forEach(keep);
});
