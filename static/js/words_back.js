// Words typed into a form and not sent: kept while its page is away, put back when it is opened
// again. Behind the login no browser keeps a page itself. Forms with their own way say so.
import { all, one } from "./dom.js";
import { drop, ownDraft, store, stored } from "./drafts.js";
import { takeLeft } from "./left.js";

const LASTS = 7 * 24 * 3600 * 1000; // milliseconds
const AT_ONCE = 2000; // milliseconds from a sending to the beginning of the page that answers it
const SENT = "words-sent";
const OWN_WAY = "[data-keep], [data-draft], [data-autosave]";
// codes, telephones, and what would tell who spoke in confidence
const NEVER = "[name=code], [name=phone], [name=also_hidden]";

const [arrival = {}] = performance.getEntriesByType("navigation");
const isRefused = arrival.responseStatus >= 400 || one("#error-summary");
const forms = all("main form[method=post]").filter(
  (form) => !form.matches(OWN_WAY) && !one("[type=password]", form),
);

// Where a form is sent to, with what the address asks for: each ledger, each place has its own.
// Several forms of a page may be sent to one address.
function whatItIsOf(form) {
  const { pathname, searchParams } = addressOf(form);
  searchParams.delete("sent");
  const nth = forms.filter((other) => addressOf(other).href === addressOf(form).href).indexOf(form);
  return `words-${document.body.dataset.inside}-${pathname}?${searchParams}-${nth}`;
}

function addressOf(form) {
  return new URL(form.getAttribute("action") || location.href, location.href);
}

function wordsIn(form) {
  return all("textarea, input[type=text]", form).filter(
    (field) => field.name && !field.readOnly && !field.matches(NEVER),
  );
}

function tend(form) {
  const of = whatItIsOf(form);
  let name = ownDraft(of);
  // what stood in each field as the form was first drawn: a refused one has what was typed
  const drawn = {};
  note(wordsIn(form));

  function note(fields) {
    fields.forEach((field) => (drawn[field.name] = field.defaultValue));
  }

  function keep() {
    const texts = {};
    wordsIn(form).forEach((field) => {
      const before = drawn[field.name];
      if (field.value.trim() && field.value !== before) {
        texts[field.name] = { value: field.value, drawn: before };
      }
    });
    if (Object.keys(texts).length) store(name, { at: Date.now(), texts });
    else drop(name);
  }

  function putBack() {
    const draft = stored(name);
    if (!draft || Date.now() - draft.at > LASTS) {
      drop(name);
      return;
    }

    const filled = wordsIn(form).filter((field) => {
      const kept = draft.texts[field.name];
      if (kept && isRefused) drawn[field.name] = kept.drawn;
      return kept && field.value === kept.drawn && field.value === field.defaultValue;
    });
    filled.forEach((field) => {
      field.value = draft.texts[field.name].value;
      const folded = field.closest("details");
      if (folded) folded.open = true;
    });
    if (filled.length) say(filled);
  }

  function say(filled) {
    const told = one("#words-back").content.firstElementChild.cloneNode(true);
    one("button", told).addEventListener("click", () => {
      filled.forEach((field) => (field.value = field.defaultValue));
      keep();
      told.remove();
    });
    form.before(told);
  }

  putBack();
  // a quick hand was there before
  if (wordsIn(form).some((field) => field.value !== field.defaultValue)) keep();
  // what a tab that is gone has left
  takeLeft(form, of, name, (left) => {
    if (stored(name)) return name;
    name = left;
    putBack();
    return name;
  });

  form.addEventListener("input", keep);
  form.addEventListener("submit", () => {
    const at = performance.timeOrigin + performance.now();
    sessionStorage.setItem(SENT, JSON.stringify({ of, at }));
  });
  // A part that was taken by itself is drawn with what was taken; one that was refused is not.
  document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
    if (!form.contains(target) || detail.xhr.status >= 400) return;
    note(wordsIn(target));
    keep();
  });
}

// What was sent and is not refused on the page that answers has arrived. Any other page answers
// nothing: one that comes later by a link, or by Back over a dead line.
function dropSent() {
  const sent = JSON.parse(sessionStorage.getItem(SENT) || "null");
  sessionStorage.removeItem(SENT);
  if (!sent || isRefused) return;

  const isAnswer = arrival.type === "navigate" && performance.timeOrigin - sent.at < AT_ONCE;
  if (isAnswer) drop(ownDraft(sent.of));
}

dropSent();
forms.forEach(tend);
