// Words kept on this computer for steps that are not open any more: shown to be copied, until
// whoever wrote them says that they are no longer needed.
import { one } from "./dom.js";
import { draftNames, drop, hasArrived, stored } from "./drafts.js";
import { bandOf } from "./unkept.js";

const NUMBER = /^(?!four-two)(.+)-[a-z_]+:/;
const PROCESS = /^four-two-(\d+)-/;

// `data-kept` begins the names of the drafts in question, `data-offered` lists the steps that are
// still open. A page of no single matter shows all there are, with the number of each matter.
function showKept({ kept, offered, gone, six }) {
  const names = draftNames().filter((name) => {
    const step = name.slice(kept.length).split(":")[0];
    return name.startsWith(kept) && !(offered || "").split(" ").includes(step);
  });
  const texts = names.flatMap((name) => {
    const words = wordsOf(name);
    return words.length ? [whereOf(name.slice(kept.length), six), ...words] : [];
  });

  if (texts.length) {
    const band = bandOf(document);
    band.show(gone, texts);
    leadThere(names.map((name) => whereOf(name.slice(kept.length), six)));
    band.onDrop(() => names.forEach(drop));
  }
}

// Each matter by its number, of which a page of no single matter knows no more.
function leadThere(numbers) {
  const links = one("[data-there]");
  if (!links) return;

  new Set(numbers.filter((number) => /^[\w-]+$/.test(number))).forEach((number) => {
    const link = document.createElement("a");
    link.href = `/cases/${number}/`;
    link.textContent = number;
    links.append(link, " ");
  });
}

function wordsOf(name) {
  const draft = stored(name);
  if (hasArrived(draft.key)) return [];
  return Object.values(draft.texts).filter((text) => text.trim());
}

// The number of the matter; where the six steps have none, their address.
function whereOf(rest, six) {
  const [, number] = NUMBER.exec(rest) || [];
  const [, process] = PROCESS.exec(rest) || [];
  return process ? `${six}：${location.origin}/four-two/${process}/` : number;
}

// A step that was opened meanwhile has taken the place.
const place = one("[data-kept]");
if (place) showKept(place.dataset);
