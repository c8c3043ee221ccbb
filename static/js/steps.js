// A step's form: what is typed and ticked outlives a lost login or a closed page, until the step is taken.
import { all, one } from "./dom.js";
import { drop, ownDraft, refill, store, stored, valuesOf } from "./drafts.js";
import { say, sayWhatCame } from "./line.js";
import { fillReadyWords } from "./ready.js";

const SLOW = 2000; // milliseconds until the page says that it is still sending

function keep(step) {
  const name = ownDraft(step.dataset.keep);
  const areas = all("textarea, input:not([type])", step);
  const texts = areas.concat(all("input:is([type=text], [type=number], [type=date])", step));
  const choices = all("input[type=radio]", step);

  putBack(step, texts, choices, stored(name));
  step.addEventListener("change", async (event) => {
    if (event.target.type !== "file") return;
    const { shrinkPhotos } = await import("./photos.js");
    shrinkPhotos(step);
  });
  offerWhatWasLeft(step, name);
  step.addEventListener("input", () => {
    if (isAsDrawn(texts, choices)) {
      drop(name);
      return;
    }

    const typed = {};
    texts.forEach((field) => {
      typed[field.name] = field.value;
    });
    const key = one("[name=key]", step).value;
    store(name, { key, texts: typed, chosen: valuesOf(choices) });
  });
}

async function offerWhatWasLeft(step, name) {
  const { offerLeft } = await import("./left.js");
  offerLeft(step, step.dataset.keep, name);
}

function isAsDrawn(texts, choices) {
  return (
    texts.every((field) => field.value === field.defaultValue) &&
    choices.every((choice) => choice.checked === choice.defaultChecked)
  );
}

// A refused form comes with what was typed; a field that the server drafted yields to it.
function putBack(step, texts, choices, draft) {
  if (!draft || one("#error-summary", step)) return;

  one("[name=key]", step).value = draft.key;
  texts.forEach((field) => {
    if (field.value && !field.dataset.draft) return;
    field.value = draft.texts[field.name] || field.value;
  });

  // what the server ticked stands
  const ticked = valuesOf(choices);
  refill(choices.filter((choice) => !ticked[choice.name]), draft.chosen || {});
}

// Whoever corrects an entry may look the speaker up; no other step needs the list.
async function findSpeaker(step) {
  const box = one("[data-lookup]", step);
  if (!box) return;

  const { lookUp } = await import("./lookup.js");
  lookUp(box, step, () => one("[name=speaker_phone]", step).focus());

  // A quick hand was there before the list.
  const name = one("[name=speaker_name]", box);
  if (name.value !== name.defaultValue) name.dispatchEvent(new Event("input", { bubbles: true }));
}

// Whoever hands a matter over may look for who leads and who assists.
async function findHolders(root) {
  if (!one("select[data-find]", root)) return;
  const { chooseHolders } = await import("./holders.js");
  chooseHolders(root);
}

// A step that htmx puts into the page is kept as well, and comes into view.
function showSwappedSteps() {
  let before; // what has its place now

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    before = detail.target;
    // what was said of the step before would seem to be said of this one
    if (before.id === "act") all("main .note[role=status]").forEach((told) => told.remove());
  });
  document.addEventListener("htmx:load", async (event) => {
    const step = stepIn(event.target);
    if (!step || document.body === event.target) return;

    await leaveChosen(before, step);
    keep(step);
    findSpeaker(step);
    findHolders(step);
    const wrong = one("#error-summary", step);
    (wrong || firstSeen(step)).focus({ preventScroll: true });
    const block = wrong || step.closest("#panel") ? "start" : "nearest";
    (wrong || step).scrollIntoView({ block });
  });
}

// The photos of a step that is refused need not be chosen, nor be found, once more.
async function leaveChosen(before, step) {
  const isSame = before && before.dataset.keep === step.dataset.keep;
  if (!isSame || !one("[data-lost]", step)) return;

  const { carryPhotos } = await import("./photos.js");
  carryPhotos(before, step);
}

// Enter on a button that nobody sees would take the step.
function firstSeen(step) {
  const fields = all("textarea, input:not([type=hidden]), select, button", step);
  return fields.find((field) => field.checkVisibility({ visibilityProperty: true })) || step;
}

// Photos take a while over a slow line: the page says so until there is an answer.
function sayWhileGoing() {
  let slow;

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt.matches("form[hx-post]")) slow = setTimeout(() => say("going"), SLOW);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    // by now another form may stand in the place of the one that was sent
    if (!detail.requestConfig.elt.matches("form[hx-post]")) return;
    clearTimeout(slow);
    if (!sayWhatCame(detail.xhr.status, true)) say("");
  });
}

// A matter opens beside its list, where its row is marked. On a telephone it opens below:
// tapped, it comes into view.
function showOpenedMatter() {
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.id !== "panel") return;
    if (requestConfig.elt.matches("[data-row]")) markOpened(requestConfig.elt);

    const wasTapped = requestConfig.triggeringEvent?.type === "click";
    const isBelow = matchMedia("(max-width: 760px)").matches;
    if (wasTapped && isBelow) target.scrollIntoView();
  });
}

function markOpened(row) {
  all("[data-row][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
}

function stepIn(loaded) {
  if (!loaded.matches) return null;
  return loaded.matches("form[data-keep]") ? loaded : one("form[data-keep]", loaded);
}

all("form[data-keep]").forEach((step) => {
  keep(step);
  findSpeaker(step);
});
findHolders(document);
fillReadyWords();
if (one("[data-kept]")) import("./kept.js");
showSwappedSteps();
showOpenedMatter();
sayWhileGoing();
