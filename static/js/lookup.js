// Who speaks: a combobox over the neighbours; typing any other name is fine too.
// An answer belongs to the text it was asked for: until it is there nothing can be chosen,
// and ↓ and Enter wait for it.
import { one } from "./dom.js";
import { known, listboxIn } from "./listbox.js";

const PAUSE = 150; // milliseconds without a letter until the server is asked

export function lookUp(box, form) {
  const input = one("input", box);
  const resident = one("[name=resident]");
  const who = one("[data-who]", box);
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

    const nth = Math.min(asked.downs, found.length) - 1;
    if (asked.isEntered && found.length) {
      choose(found[nth]);
    } else if (document.activeElement === input) {
      list.show(found);
      if (asked.downs) list.mark(nth);
    }
    asked.done();
  }

  function ask(text) {
    const asked = { text, downs: 0, isEntered: false };
    asked.answered = new Promise((resolve) => {
      asked.done = resolve;
    });
    timer = setTimeout(() => {
      find(box.dataset.lookup, text).then((found) => answer(asked, found));
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

  function enter() {
    if (question && question.downs) question.isEntered = true;
    else if (list.marked()) choose(list.marked());
    goOn();
  }

  const keys = { ArrowDown: down, ArrowUp: up, Enter: enter };
  input.addEventListener("input", typed);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey) return;
    if (event.key === "Escape") list.close();
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("blur", list.close);

  // Whoever sends before the answer came sends whom it names.
  form.addEventListener("submit", (event) => {
    if (!question || !question.isEntered) return;
    event.preventDefault();
    const button = event.submitter;
    question.answered.then(() => form.requestSubmit(button));
  });
}

function goOn() {
  one("#id_verbatim").focus();
}

async function find(address, text) {
  const village = one("[name=village]");
  const query = new URLSearchParams({ q: text, village: village ? village.value : "" });
  try {
    const answer = await fetch(address + "?" + query, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).results : [];
  } catch {
    return []; // a broken line finds nobody; the name is taken as typed
  }
}
