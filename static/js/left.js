// Drafts that were left behind: their tab was closed, or the browser broke down. One form at a
// time offers one of them, and takes it as a whole; or the page takes it by itself.
import { one } from "./dom.js";
import { own } from "./drafts.js";

const LONGEST = 500; // milliseconds in which other pages say which drafts they have
const ME = Math.random();

// A form that was refused is left in the history as a sending, which may not be stored: Chromium
// answers Back with ERR_CACHE_MISS. Here what was typed is kept, so the page is one just opened.
history.replaceState(history.state, "", location.href);

// Over plain HTTP no browser has navigator.locks.
const pages = new BroadcastChannel("drafts");
const tended = []; // forms of this page, each with its draft and the one that it offers
const elsewhere = new Set();

pages.onmessage = ({ data }) => {
  if (!data.has) {
    tell();
    return;
  }
  data.has.forEach((name) => elsewhere.add(name));

  // Two that offer the same one: the first of them goes on.
  tended
    .filter((mine) => data.has.includes(mine.offered))
    .forEach((mine) => (data.by < ME ? withdraw(mine) : tell()));
};

// Whoever left it is back, or it was sent.
window.addEventListener("storage", ({ key, newValue }) => {
  if (newValue === null) tended.filter((mine) => mine.offered === key).forEach(withdraw);
});

export function offerLeft(form, of, name) {
  findLeft(form, of, name, offer);
}

// Gives one that was left to `take`, which returns the name of the form's draft from then on.
export function takeLeft(form, of, name, take) {
  findLeft(form, of, name, (mine, left) => {
    mine.name = take(left);
    tell();
  });
}

function findLeft(form, of, name, then) {
  const mine = { form, name, offered: null };
  tended.push(mine);
  tell();
  pages.postMessage({});

  setTimeout(() => {
    const left = Object.keys(localStorage).find(
      (draft) => `${draft}:`.startsWith(`${of}:`) && draft !== name && !elsewhere.has(draft),
    );
    if (left && form.isConnected) then(mine, left, of);
  }, LONGEST);
}

function tell() {
  const open = tended.filter((mine) => mine.form.isConnected);
  const has = open.flatMap((mine) => [mine.name, mine.offered]).filter(Boolean);
  pages.postMessage({ has, by: ME });
}

function offer(mine, left, of) {
  mine.offered = left;
  tell();
  const note = one("[data-left]", mine.form);
  note.hidden = false;
  one("button", note).onclick = () => {
    own[of] = left;
    location.href = mine.form.getAttribute("action");
  };
}

function withdraw(mine) {
  mine.offered = null;
  one("[data-left]", mine.form).hidden = true;
}
