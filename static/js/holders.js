// Who leads and who assists: found by name, pinyin, initials or office among those on offer.
// The list of who leads becomes a combobox, the ticks of who assists get a box that sifts them.
import { all, one } from "./dom.js";
import { isComposing } from "./keys.js";
import { listboxIn } from "./listbox.js";

const MOST = 8; // shown at once

export function chooseHolders(root) {
  const lead = one("select[data-find]", root);
  const ticks = all("input[name=assistants]", root);

  combine(lead);
  if (ticks.length) sift(ticks, lead);
}

function combine(select) {
  const box = document.createElement("div");
  const input = searchBox(select.dataset.find);
  box.className = "combo";
  box.dataset.none = select.dataset.none;
  input.id = select.id;
  if (select.hasAttribute("aria-describedby")) {
    input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
  }
  select.removeAttribute("id");
  select.before(box);
  select.hidden = true;
  box.append(input);

  const list = listboxIn(box, input, pick);
  const options = all("option", select).filter((option) => option.value);
  const showChosen = () => {
    input.value = select.value ? select.selectedOptions[0].text : "";
  };

  function pick(holder) {
    select.value = holder ? holder.value : "";
    showChosen();
    list.close();
    select.dispatchEvent(new Event("change", { bubbles: true }));
    select.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function show(found) {
    list.show(found.slice(0, MOST).map(({ text, value }) => ({ name: text, value })));
    if (found.length === 1) list.mark(0);
  }

  // The likeliest, until something is typed.
  input.addEventListener("focus", () => {
    input.select();
    show(options);
  });
  input.addEventListener("input", () => {
    show(options.filter((option) => fits(input.value, option.text, option)));
  });
  input.addEventListener("blur", () => {
    if (!input.value.trim()) pick(null);
    else if (list.marked()) pick(list.marked());
    showChosen();
    list.close();
  });
  input.addEventListener("keydown", (event) => {
    const keys = { ArrowDown: list.down, ArrowUp: list.up, Escape: list.close, Enter: take };
    if (isComposing(event) || event.ctrlKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  function take() {
    if (list.marked()) pick(list.marked());
  }

  showChosen();
}

// Who leads does not assist as well.
function sift(ticks, lead) {
  const input = searchBox(lead.dataset.find);
  input.setAttribute("aria-label", lead.dataset.find);
  rowOf(ticks[0]).parentNode.before(input);

  function show() {
    ticks.forEach((tick) => {
      const row = rowOf(tick);
      const isLead = tick.value === lead.value;
      if (isLead) tick.checked = false;
      row.hidden = isLead || (!tick.checked && !fits(input.value, row.textContent, tick));
    });
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it sifts, it does not send
  });
  lead.addEventListener("change", show);
  show();
}

function searchBox(words) {
  const input = document.createElement("input");
  input.type = "search";
  input.className = "form-control";
  input.autocomplete = "off";
  input.placeholder = words;
  return input;
}

function rowOf(tick) {
  return tick.closest(".part, label");
}

function fits(typed, words, { dataset }) {
  const text = typed.replace(/\s/g, "").toLowerCase();
  const letters = (dataset.letters || "").split(" ");
  const isInWords = words.replace(/\s/g, "").toLowerCase().includes(text);
  return isInWords || letters.some((each) => each.startsWith(text));
}
