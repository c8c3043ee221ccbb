// Minutes: every 5 seconds to the server; each letter on this computer until the server has it.
import { all, one } from "./dom.js";
import { clockTime, drop, own, ownDraft, refill, store, stored, valuesOf } from "./drafts.js";
import { say } from "./line.js";
import { holdBack, post } from "./posting.js";
import { fillReadyWords } from "./ready.js";
import { isOfAnother } from "./tokens.js";
import { bandOf } from "./unkept.js";

const EVERY = 5000; // milliseconds
const SENT = "autosent";

// A form that was sent and is not on the page that answers has arrived.
function dropSent() {
  const of = sessionStorage.getItem(SENT);
  if (!of || !one("[data-meeting]")) return;

  // Else one that was refused would count as arrived on whatever page comes next.
  sessionStorage.removeItem(SENT);
  const isBack = one(`form[data-autosave="${CSS.escape(of)}"]`) || one("[data-not-kept]");
  if (!isBack) drop(own[of]);
}

function autosave(form) {
  const of = form.dataset.autosave;
  let name = ownDraft(of);
  const status = one("[data-saved]", form);
  const version = one("[data-version]", form);
  const areas = all("textarea", form);
  const band = bandOf(form);
  let isNew = false; // typed since the last sending
  let going = null; // the sending on its way
  let isLeaving = false;
  let hasOther = false; // this computer has words that were written over on the server

  const fields = () =>
    all("textarea, select, input", form).filter((field) => field.name && field.type !== "hidden");
  const words = () => areas.map((field) => field.value);
  const copy = () => store(name, { version: version.value, texts: valuesOf(fields()) });

  function putBack(copied) {
    const isSame = copied.version === version.value;
    const other = areas.filter((field) => {
      const text = copied.texts[field.name];
      return field.value && text && field.value !== text;
    });
    hasOther = !isSame && other.length > 0;

    if (hasOther) band.show(band.other, other.map((field) => copied.texts[field.name]));
    else refill(isSame ? fields() : areas.filter((field) => !field.value), copied.texts);
  }

  // Whoever writes here is not disturbed: it is found again the next time.
  function take(left) {
    if (copied || isAnswered || isNew || going) return name;
    own[of] = left;
    name = ownDraft(of);
    putBack(stored(name));
    return name;
  }

  function took(told) {
    version.value = told.version;
    status.textContent = status.dataset.kept + " " + clockTime();
    if (hasOther) return;

    band.hide();
    if (isNew || one("[name=doing]", form)) copy();
    else drop(name);
  }

  function lost() {
    isNew = true;
    status.textContent = "";
    if (isOfAnother()) say("anothers");
    else band.show(status.dataset.lost, words());
  }

  async function send() {
    isNew = false;
    try {
      const { isTaken, told } = await post(form);
      if (isTaken) took(told);
      else band.show(told.detail, words());
    } catch {
      lost();
    }
    going = null;
  }

  function flush() {
    going = going || send();
    return going;
  }

  // What is on its way may lack the last letters.
  async function flushAll() {
    await going;
    if (isNew) await flush();
  }

  function sendIfNew() {
    if (isNew && !going && !isLeaving) flush();
  }

  band.onDrop(() => {
    if (!isNew) drop(name);
  });
  const copied = stored(name);
  // A form that was refused comes back as it was sent. A refusal of another form of the page
  // says nothing of this one.
  const isAnswered = "answered" in form.dataset;
  if (copied && !isAnswered) putBack(copied);
  import("./left.js").then(({ takeLeft }) => takeLeft(form, of, name, take));

  form.addEventListener("input", () => {
    isNew = true;
    hasOther = false;
    copy();
  });
  setInterval(sendIfNew, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) sendIfNew();
  });

  // Words that arrive behind the answer to a form would be missing on the page that it draws.
  holdBack((sent) => {
    if (sent === form) return going;
    return isNew || going ? flushAll() : null;
  });

  // Behind all that may still stop it. Words typed from now on are for the next page to find.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    isLeaving = true;
    if (event.target === form) sessionStorage.setItem(SENT, of);
  });

  // A page out of the browser's memory is written on again.
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
}

dropSent();
fillReadyWords();
all("form[data-autosave]").forEach(autosave);
if (one("select[data-find]")) {
  import("./holders.js").then(({ chooseHolders }) => chooseHolders(document));
}
