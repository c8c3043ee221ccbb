/* What a picture shows: everything on the page that is too small, cut, out of line or out of
   reach. Returns [kind, where, how much, the words there]. */
(smallestText, smallestTarget) => {
  const SLACK = 1; // px
  const OUT_OF_LINE = 2; // px
  const NO_WORDS = new Set(["SCRIPT", "STYLE", "OPTION", "TITLE", "TEMPLATE", "NOSCRIPT"]);
  const TICKS = new Set(["checkbox", "radio"]);
  const faults = [];

  const named = (element) => {
    const classes = typeof element.className === "string" ? element.className.trim() : "";
    const dotted = classes ? "." + classes.split(/\s+/).join(".") : "";
    return element.tagName.toLowerCase() + dotted;
  };

  const note = (kind, element, amount) => {
    const parent = element.parentElement ? named(element.parentElement) + " > " : "";
    const words = (element.textContent || element.value || "").trim().slice(0, 30);
    faults.push([kind, parent + named(element), String(amount), words]);
  };

  const isSeen = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const isDrawn = style.visibility !== "hidden" && Number(style.opacity) !== 0;
    const isOnPage = box.width > 1 && box.height > 1 && box.right > 0;
    return isDrawn && isOnPage && !element.closest(".visually-hidden");
  };

  const hasOwnWords = (element) =>
    ["SELECT", "TEXTAREA"].includes(element.tagName) ||
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());

  const lookAtWidth = () => {
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth + SLACK) return;
    const beyond = [...document.querySelectorAll("body *")]
      .filter((element) => isSeen(element) && element.getBoundingClientRect().right > innerWidth + SLACK);
    note("wider than the page", beyond.pop() || document.body, page.scrollWidth - page.clientWidth);
  };

  const lookAtWords = (element) => {
    const style = getComputedStyle(element);
    if (parseFloat(style.fontSize) < smallestText - 0.05) note("too small", element, style.fontSize);

    const isCut = element.scrollWidth > element.clientWidth + SLACK;
    const isClipped = ["hidden", "clip"].includes(style.overflowX);
    if (isCut && isClipped) note("cut", element, element.scrollWidth - element.clientWidth);
    if (style.textOverflow === "ellipsis" && isClipped) note("may be cut", element, "ellipsis");
  };

  const targetOf = (element) => {
    const label = TICKS.has(element.type)
      ? element.closest("label") || document.querySelector(`label[for="${element.id}"]`)
      : null;
    return (label || element).getBoundingClientRect();
  };

  // within a sentence a link is as high as its line (WCAG 2.5.8)
  const isInSentence = (element) =>
    element.tagName === "A" &&
    getComputedStyle(element).display === "inline" &&
    [...element.parentElement.childNodes].some(
      (node) => node.nodeType === 3 && node.textContent.trim().length > 3,
    );

  const lookAtTarget = (element) => {
    const box = targetOf(element);
    const isLow = box.height < smallestTarget - 0.5;
    const isNarrow = box.width < smallestTarget / 2;
    if (isLow || isNarrow) note("too small to hit", element, `${Math.round(box.width)}×${Math.round(box.height)}`);
  };

  const lookAtTable = (table) => {
    const head = table.tHead && table.tHead.rows[0];
    const body = table.tBodies[0];
    if (!head || !body || !isSeen(head)) return;
    const row = [...body.rows].find((each) => each.cells.length === head.cells.length && isSeen(each));
    if (!row) return;

    for (const [nth, cell] of [...head.cells].entries()) {
      const above = cell.getBoundingClientRect();
      const below = row.cells[nth].getBoundingClientRect();
      const apart = Math.max(Math.abs(above.left - below.left), Math.abs(above.right - below.right));
      if (below.width && apart > OUT_OF_LINE) note("head beside its column", cell, Math.round(apart));
    }
  };

  // several values may stand below one label; none of them stands below a label's left edge
  const lookAtFacts = (list) => {
    const [label, value] = [list.querySelector("dt"), list.querySelector("dd")];
    if (getComputedStyle(list).display !== "grid" || !label || !value) return;
    const left = (element) => element.getBoundingClientRect().left;
    const isOneColumn = Math.abs(left(label) - left(value)) <= OUT_OF_LINE;
    if (isOneColumn) return;

    for (const each of [...list.children].filter(isSeen)) {
      const own = each.tagName === "DT" ? label : value;
      const apart = Math.abs(left(each) - left(own));
      if (apart > OUT_OF_LINE) note("in the wrong column of a list", each, Math.round(apart));
    }
  };

  const stays = (element) => {
    for (let each = element; each; each = each.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(each).position)) return true;
    }
    return false;
  };

  const lookAtWayOn = () => {
    const buttons = [...document.querySelectorAll("main form.card > .actions .btn-primary")].filter(isSeen);
    if (!buttons.length || buttons.some(stays)) return;
    const bottom = buttons[0].getBoundingClientRect().bottom;
    if (bottom > innerHeight) note("way on below the fold", buttons[0], Math.round(bottom));
  };

  // what is typed here the browser would offer to whoever logs in next
  const lookAtMemory = (input) => {
    const isKept = !["off", "one-time-code"].includes(input.autocomplete || input.form?.autocomplete);
    if (isKept && "inside" in document.body.dataset) note("kept by the browser", input, input.name);
  };

  lookAtWidth();
  for (const element of document.querySelectorAll("body *")) {
    if (NO_WORDS.has(element.tagName) || element.closest("svg") || !isSeen(element)) continue;
    if (hasOwnWords(element)) lookAtWords(element);
  }
  const targets = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const element of document.querySelectorAll(targets)) {
    if (isSeen(element) && !isInSentence(element)) lookAtTarget(element);
  }
  const typed = ["text", "tel", "search", "number", "date", "month", "datetime-local", "time", "email"];
  const inputs = [...document.querySelectorAll("input[name]")];
  inputs.filter((input) => typed.includes(input.type)).forEach(lookAtMemory);
  document.querySelectorAll("table").forEach(lookAtTable);
  document.querySelectorAll("dl").forEach(lookAtFacts);
  lookAtWayOn();
  return faults;
}
