// Keyboard shortcuts: off while somebody types or composes; Alt and Ctrl ones work in fields.
import { all, one } from "./dom.js";
import { rowKeys } from "./rows.js";

const FIELDS = { 1: "#id_speaker_name", 2: "#id_verbatim" };

export function watchKeys() {
  const isForRows = rowKeys();
  let isAfterG = false;

  document.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const key = event.key.toLowerCase().replace("？", "?");
    if (isChord(event, key) || isTyping(event.target)) return;

    const place = isAfterG && one(`[data-go="${CSS.escape(key)}"]`);
    if (place) {
      place.click();
      return;
    }

    isAfterG = key === "g";
    if (!isForRows(key, event.shiftKey)) press(event, key);
  });
}

// 229 is the key that Chrome composes with, and that Safari ends a composition with.
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

function isTyping(target) {
  const isField = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  return isField && !/^(radio|checkbox)$/.test(target.type);
}

// Does what a key with Alt or Ctrl means; true for every such key, also one that means nothing.
function isChord(event, key) {
  if (event.ctrlKey && key === "enter") {
    press(event, "ctrl+enter");
  } else if (event.ctrlKey && key === "arrowright" && !isTyping(event.target)) {
    press(event, "ctrl+arrowright");
  } else if (event.altKey && key in FIELDS) {
    focusField(event, FIELDS[key]);
  }
  return event.ctrlKey || event.altKey || event.metaKey;
}

function focusField(event, selector) {
  const field = one(selector);
  if (!field) return;

  event.preventDefault();
  field.focus();
}

function press(event, key) {
  const found = one(`[data-key="${CSS.escape(key)}"]`);
  if (!found) return;

  event.preventDefault();
  if (isTyping(found)) found.focus();
  else found.click();
}

export function openDialogs() {
  all("[data-open]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      document.getElementById(button.dataset.open).showModal();
    });
  });
}
