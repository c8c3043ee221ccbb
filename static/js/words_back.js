// Words typed into a form and not sent: kept while its page is away, put back when it is opened
// again. Behind the login no browser keeps a page itself. Forms with their own way say so.
import { all, one } from "./dom.js";
import { drop, store, stored } from "./drafts.js";

const LASTS = 7 * 24 * 3600 * 1000; // milliseconds
const SENT = "words-sent";

const [arrival = {}] = performance.getEntriesByType("navigation");
const isRefused = arrival.responseStatus >= 400 || one("#error-summary");
const forms = all("main form[method=post]").filter(
  (form) => !form.matches("[data-keep], [data-draft], [data-autosave]") && !one("[type=password]", form),
);

function pathOf(form) {
  return (form.getAttribute("action") || location.pathname).split("?")[0];
}

// Several forms of a page may be sent to one address.
function nameOf(form) {
  const alike = forms.filter((other) => pathOf(other) === pathOf(form));
  return `words-${document.body.dataset.inside}-${pathOf(form)}-${alike.indexOf(form)}`;
}

function wordsIn(form) {
  return all("textarea, input[type=text]", form).filter((field) => field.name && !field.readOnly);
}

// What differs from the form as it was drawn; one that is refused is drawn with what was typed.
function keep(form) {
  const before = (isRefused && stored(nameOf(form))) || { texts: {} };
  const texts = {};
  wordsIn(form).forEach(({ name, value, defaultValue }) => {
    const { drawn } = before.texts[name] || { drawn: defaultValue };
    if (value.trim() && value !== drawn) texts[name] = { value, drawn };
  });
  if (Object.keys(texts).length) store(nameOf(form), { at: Date.now(), texts });
  else drop(nameOf(form));
}

function putBack(form) {
  const draft = stored(nameOf(form));
  if (!draft) return;
  if (Date.now() - draft.at > LASTS) {
    drop(nameOf(form));
    return;
  }

  const filled = wordsIn(form).filter(({ name, value, defaultValue }) => {
    const kept = draft.texts[name];
    return kept && value === kept.drawn && value === defaultValue;
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

// What was sent and is not refused on the page that answers has arrived; Back answers nothing.
const sent = sessionStorage.getItem(SENT);
sessionStorage.removeItem(SENT);
if (sent && arrival.type === "navigate" && !isRefused) drop(sent);

forms.forEach((form) => {
  putBack(form);
  // a quick hand was there before
  if (wordsIn(form).some(({ value, defaultValue }) => value !== defaultValue)) keep(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, nameOf(form)));
});
// A part that was taken by itself is drawn with what was taken.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  forms.filter((form) => form.contains(target)).forEach(keep);
});
