// What is typed and not yet sent: kept on this computer as JSON, each form of each tab by itself.
// What a draft is of, with the user's id, begins its name: "intake-7:0.25".
const NAMES = /^(intake|act)-/;
const ARRIVED = "arrived";
const OWN = "own";

// The names of this tab's drafts, by what they are of. Only between two pages does the tab's
// storage have them: a tab that is opened from a page, or copied from it, begins without any.
export const own = JSON.parse(sessionStorage.getItem(OWN) || "{}");
sessionStorage.removeItem(OWN);
window.addEventListener("pagehide", () => {
  sessionStorage.setItem(OWN, JSON.stringify(own));
});

// Gives what this tab has of it a new name, which no other page can know.
export function ownDraft(of) {
  const before = own[of];
  const name = (own[of] = of + ":" + Math.random());
  const draft = stored(before);
  if (draft) store(name, draft);
  drop(before);
  return name;
}

export function draftNames() {
  return Object.keys(localStorage).filter((name) => NAMES.test(name));
}

export function stored(name) {
  return JSON.parse(localStorage.getItem(name) || "null");
}

export function store(name, draft) {
  localStorage.setItem(name, JSON.stringify(draft));
}

export function drop(name) {
  localStorage.removeItem(name);
}

// Where the server says that a form arrived, its draft has served.
export function dropArrived(address = location.search) {
  const key = new URLSearchParams(address.split("?")[1]).get("sent");
  if (!key) return;

  sessionStorage.setItem(ARRIVED, key);
  draftNames()
    .filter((name) => (stored(name) || {}).key === key)
    .forEach(drop);
}

export function hasArrived(key) {
  return key === sessionStorage.getItem(ARRIVED);
}

function isTicked(field) {
  return /^(radio|checkbox)$/.test(field.type);
}

// What stands in some fields: a choice as the list of the values ticked under its name.
export function valuesOf(fields) {
  const values = {};
  fields.forEach((field) => {
    if (!isTicked(field)) {
      values[field.name] = field.value;
    } else if (field.checked) {
      values[field.name] = values[field.name] || [];
      values[field.name].push(field.value);
    }
  });
  return values;
}

export function refill(fields, values) {
  fields.forEach((field) => {
    const value = values[field.name];
    if (isTicked(field)) field.checked = (value || []).includes(field.value);
    else if (value !== undefined) field.value = value;
  });
}

// The hour beside "kept".
export function clockTime() {
  return new Date().toTimeString().slice(0, 8);
}
