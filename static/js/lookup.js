// Who speaks: a combobox over the neighbours; typing any other name is fine too.
// An answer belongs to the text it was asked for: until it is there nothing can be chosen,
// and ↓, Enter and Tab wait for it.
import { one } from "./dom.js";
import { isComposing } from "./keys.js";
import { sayWhatCame } from "./line.js";
import { known, listboxIn } from "./listbox.js";

const PAUSE = 150; // milliseconds without a letter until the server is asked

// `goOn` is where the hand goes after Enter.
export function lookUp(box, form, goOn) {
  const input = one("input[type=text], input:not([type])", box);
  const resident = one("[type=hidden][name=resident]", form);
  const who = one("[data-who]", box);
  const which = one("[data-which]", box);
  const list = listboxIn(box, input, pick);
  let timer;
  let question = null; // the answer on its way: {text, downs, isEntered, answered, done}

  function choose(person) {
    input.value = person.name;
    resident.value = person.id;
    input.dataset.chosen = person.name;
    who.textContent = known(person);
    list.close();
    form.dispatchEvent(new Event("input"));
  }

  function pick(person) {
    choose(person);
    goOn();
  }

  function answer(asked, found) {
    if (asked !== question) return;
    question = null;

    const marked = whichOf(found || [], asked);
    if (asked.isEntered) {
      if (marked) choose(marked);
    } else if (found && document.activeElement === input) {
      list.show(found);
      list.mark(found.indexOf(marked));
    }
    asked.done();
  }

  function ask(text) {
    const asked = { text, downs: 0, isEntered: false };
    asked.answered = new Promise((resolve) => {
      asked.done = resolve;
    });
    timer = setTimeout(() => {
      find(box.dataset.lookup, text, villageOf(box, form)).then((found) => answer(asked, found));
    }, PAUSE);
    return asked;
  }

  function typed(event) {
    if (input.value !== input.dataset.chosen) {
      resident.value = "";
      who.textContent = "";
    }
    clearTimeout(timer);
    list.close();
    if (which) which.remove(); // it answers the text that was sent
    if (question) question.done();
    question = null;

    const text = input.value.trim();
    if (!event.isComposing && text) question = ask(text);
  }

  function down() {
    if (question) question.downs += 1;
    else list.down();
  }

  function up() {
    if (question) question.downs = Math.max(question.downs - 1, 0);
    else list.up();
  }

  function take() {
    if (question) question.isEntered = true;
    else if (list.marked()) choose(list.marked());
  }

  function enter() {
    take();
    goOn();
  }

  const keys = { ArrowDown: down, ArrowUp: up, Enter: enter };
  input.addEventListener("input", typed);
  // Chrome's last input event still composes.
  input.addEventListener("compositionend", () => typed({}));
  input.addEventListener("keydown", (event) => {
    if (isComposing(event) || event.ctrlKey) return;
    if (event.key === "Escape") list.close();
    if (event.key === "Tab" && !event.shiftKey) take();
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("blur", list.close);

  // Whoever sends before the answer came sends whom it names.
  document.addEventListener("submit", (event) => {
    if (event.target !== form || !question || !question.isEntered) return;
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    question.answered.then(() => form.requestSubmit(button));
  }, true);
}

// The one that ↓ went to, or the only one there is. A name that nobody has seen a list for
// is taken for another only where it was typed to find somebody: in letters or digits.
function whichOf(found, { text, downs, isEntered }) {
  if (downs) return found[Math.min(downs, found.length) - 1];

  const [only] = found;
  if (found.length !== 1) return undefined;
  const isSeen = !isEntered;
  return isSeen || only.name === text || /^[\w\s]+$/.test(text) ? only : undefined;
}

function villageOf(box, form) {
  const chosen = one("[name=village]", form);
  return chosen ? chosen.value : box.dataset.village;
}

// Null where nothing can be said: the line is broken, or the login is over.
async function find(address, text, village) {
  const query = new URLSearchParams({ q: text, village });
  try {
    const answer = await fetch(address + "?" + query, { headers: { Accept: "application/json" } });
    sayWhatCame(answer.status);
    return answer.ok ? (await answer.json()).results : null;
  } catch {
    return null;
  }
}
