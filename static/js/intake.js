// Taking a matter down: its draft is back after a reload and gone once the server has it.
import { all, one } from "./dom.js";
import { clockTime, drop, hasArrived, ownDraft, refill, store, stored, valuesOf } from "./drafts.js";
import { lookUp } from "./lookup.js";

const PAUSE = 300; // milliseconds without a letter until the draft is stored
const NOT_TYPED = /^(csrfmiddlewaretoken|key)$/;

function keepDraft(form, name, draft) {
  if (draft) putBack(form, draft);

  leaveWhatArrived(form);
  one("[data-forget]", form).addEventListener("click", () => {
    form.reset();
    location.href = location.pathname;
  });
  saveWhileTyping(form, name);
}

function keyOf(form) {
  return one("[name=key]", form);
}

function fieldsOf(form) {
  return all("input, textarea, select", form).filter(
    (field) => field.name && field.type !== "file" && !NOT_TYPED.test(field.name),
  );
}

function filledIn(fold) {
  return JSON.stringify(valuesOf(fieldsOf(fold)));
}

function putBack(form, draft) {
  keyOf(form).value = draft.key;
  const folds = all("details", form);
  const blank = folds.map(filledIn);
  refill(fieldsOf(form), draft.draft);
  folds.forEach((fold, nth) => (fold.open = filledIn(fold) !== blank[nth]));
  one("[data-restored]", form).hidden = false;
}

// Going back to what was taken down starts an empty form.
function leaveWhatArrived(form) {
  window.addEventListener("pageshow", () => {
    if (hasArrived(keyOf(form).value)) location.replace(location.pathname);
  });
}

function saveWhileTyping(form, name) {
  const save = () => saveDraft(form, name);
  let timer;

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  window.addEventListener("pagehide", () => {
    if (!form.dataset.sent) save();
  });
  form.addEventListener("submit", save);
}

function saveDraft(form, name) {
  if (!form.isConnected) return; // another has its place

  const key = keyOf(form).value;
  const isEmpty = ["#id_verbatim", "#id_speaker_name"].every(
    (selector) => !one(selector, form).value.trim(),
  );
  if (isEmpty || hasArrived(key)) {
    drop(name);
    return;
  }

  store(name, { key, draft: valuesOf(fieldsOf(form)) });
  const saved = one("[data-saved-at]", form);
  saved.textContent = saved.dataset.words + " " + clockTime();
}

function tend(form) {
  const of = form.dataset.draft;
  const name = ownDraft(of);
  const draft = one("#error-summary", form) ? null : stored(name);
  keepDraft(form, name, draft);
  lookUp(one("[data-lookup]", form), form, () => one("#id_verbatim", form).focus());
  return () => tendFurther(form, of, name, draft);
}

// Nobody needs these for the first letter; a poor line carries them after the page.
async function tendFurther(form, of, name, draft) {
  const village = draft && one("select[name=village]", form);
  if (village && village.value) {
    const { putBackOfVillage } = await import("./village.js");
    putBackOfVillage(village, draft);
  }

  const { offerLeft } = await import("./left.js");
  offerLeft(form, of, name);
  const { tendWords } = await import("./words.js");
  const { sendInPlace } = await import("./sending.js");
  tendWords(form);
  sendInPlace(form, { onRefused: (refused) => tend(refused)() });
}

window.addEventListener("load", tend(one("form[data-draft]")));
