// Enhancements only: every page works without this file.
(function () {
  "use strict";
  const one = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // The browser keeps its own promise of autofocus only with the first frame; a quick hand's first letter would be lost.
  const first = one("[autofocus]");
  if (first && document.activeElement === document.body) first.focus();

  // A second click does not send twice; the server would not mind either.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    const button = event.submitter, target = button && button.hasAttribute("formaction") ? button.formAction : form.action;
    if (form.dataset.to === target && Date.now() - form.dataset.sent < 4000) { event.preventDefault(); return; }
    form.dataset.sent = Date.now(); form.dataset.to = target;
  });
  window.addEventListener("pageshow", () => all("form").forEach((form) => { delete form.dataset.sent; delete form.dataset.to; }));

  // Keys: off while typing or composing; Alt and Ctrl ones work in fields.
  const typing = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(radio|checkbox)$/.test(target.type);
  let went = false, ticked = null;
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const key = event.key.toLowerCase().replace("？", "?");
    if (event.ctrlKey && key === "enter") { const button = one('[data-key="ctrl+enter"]'); if (button) { event.preventDefault(); button.click(); } return; }
    if (event.ctrlKey && key === "arrowright" && !typing(event.target)) { const next = one('[data-key="ctrl+arrowright"]'); if (next) { event.preventDefault(); next.click(); } return; }
    if (event.altKey && (key === "1" || key === "2")) { const field = one(key === "1" ? "#id_speaker_name" : "#id_verbatim"); if (field) { event.preventDefault(); field.focus(); } return; }
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const rows = all("[data-row]"), at = rows.indexOf(document.activeElement);
    const there = went && one(`[data-go="${CSS.escape(key)}"]`);
    if (there) { there.click(); return; }
    went = key === "g";
    if ((key === "j" || key === "k") && rows.length) { const panel = one("#panel"); if (panel) panel.replaceChildren(); rows[key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0)].focus(); }
    else if (key === "x" && at >= 0) {
      const box = (row) => one("input[type=checkbox]", row.parentElement), from = event.shiftKey && rows.includes(ticked) ? rows.indexOf(ticked) : at;
      if (box(rows[at])) { const tick = !box(rows[at]).checked; rows.slice(Math.min(from, at), Math.max(from, at) + 1).forEach((row) => (box(row).checked = tick)); ticked = rows[at]; }
    }
    else { const found = one(`[data-key="${CSS.escape(key)}"]`); if (found) { event.preventDefault(); if (typing(found)) found.focus(); else found.click(); } }
  });

  all("[data-open]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal()); });

  // The row one came from keeps its place.
  all("[data-rows] [data-row]").forEach((link) => link.addEventListener("click", () => sessionStorage.setItem("row", link.getAttribute("href"))));
  const last = sessionStorage.getItem("row"), row = last && one(`[data-rows] [data-row][href="${CSS.escape(last)}"]`);
  if (row) row.parentElement.classList.add("came-from");

  // Logging in: the password can be looked at, and whoever left something unsent here is told so.
  all("[data-look]").forEach((button) => { const field = document.getElementById(button.dataset.look); button.hidden = !field; button.addEventListener("click", () => { const shown = field.type === "text"; field.type = shown ? "password" : "text"; button.setAttribute("aria-pressed", String(!shown)); }); });
  const unsent = one("[data-waiting]"), drafts = Object.keys(localStorage).filter((name) => /^(intake|act)-/.test(name)).length;
  if (unsent && drafts) { one("strong", unsent).textContent = drafts; unsent.hidden = false; }

  all("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  if (one("[data-print-now]")) window.addEventListener("load", () => window.print());

  // Where the server says that a form arrived, its draft has served.
  const arrived = new URLSearchParams(location.search).get("sent");
  if (arrived) sessionStorage.setItem("arrived", arrived);
  if (arrived) Object.keys(localStorage).filter((name) => /^(intake|act)-/.test(name) && (JSON.parse(localStorage.getItem(name) || "null") || {}).key === arrived).forEach((name) => localStorage.removeItem(name));

  // What is typed for a step outlives a lost login or a closed page, under the user's id, until the step is taken.
  const keep = (step) => {
    const name = step.dataset.keep, texts = all("textarea, input:not([type])", step).concat(all("input[type=text]", step));
    const stored = JSON.parse(localStorage.getItem(name) || "null");
    if (stored && !one("#error-summary", step)) { one("[name=key]", step).value = stored.key; texts.forEach((field) => { if (!field.value || field.dataset.draft) field.value = stored.texts[field.name] || field.value; }); }
    step.addEventListener("input", () => { const kept = {}; texts.forEach((field) => (kept[field.name] = field.value)); localStorage.setItem(name, JSON.stringify({ key: one("[name=key]", step).value, texts: kept })); });
  };
  all("form[data-keep]").forEach(keep);
  // Words kept ready go into their box: in place of those put in before, below what somebody typed.
  document.addEventListener("change", (event) => {
    const choice = event.target, text = choice.matches("[data-fills]") && choice.selectedOptions[0].dataset.text;
    if (!text) return;
    const box = document.getElementById(choice.dataset.fills), before = box.value.trim();
    box.value = before && before !== box.dataset.filled ? before + "\n" + text : text;
    box.dataset.filled = box.value; box.rows = 5; box.focus();
    const gap = box.value.match(/【[^【】]*】/); if (gap) box.setSelectionRange(gap.index, gap.index + gap[0].length);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("htmx:load", (event) => { const step = event.target.matches && (event.target.matches("form[data-keep]") ? event.target : one("form[data-keep]", event.target)); if (step && document.body !== event.target) { keep(step); const wrong = one("#error-summary", step), goal = wrong || one("textarea, input:not([type=hidden]), select, button", step); goal.focus({ preventScroll: true }); (wrong || step).scrollIntoView({ block: wrong || step.closest("#panel") ? "start" : "nearest" }); } });

  // What stands in some fields, and putting it back: a choice by its value, several under one name as a list.
  const written = (some) => { const kept = {}; some.forEach((field) => { if (/^(radio|checkbox)$/.test(field.type)) { if (field.checked) (kept[field.name] = kept[field.name] || []).push(field.value); } else kept[field.name] = field.value; }); return kept; };
  const refill = (some, kept) => some.forEach((field) => { const value = kept[field.name]; if (/^(radio|checkbox)$/.test(field.type)) field.checked = (value || []).includes(field.value); else if (value !== undefined) field.value = value; });

  // Minutes: every 5 seconds to the server, each letter on this computer until the server has it.
  const sentBefore = sessionStorage.getItem("autosent");
  if (sentBefore && one("[data-meeting]") && !one(`form[data-autosave="${CSS.escape(sentBefore)}"]`)) { localStorage.removeItem(sentBefore); sessionStorage.removeItem("autosent"); }
  all("form[data-autosave]").forEach((form) => {
    const name = form.dataset.autosave, said = one("[data-saved]", form), version = one("[data-version]", form), band = one("[data-unkept]", form);
    const fields = () => all("textarea, select, input", form).filter((field) => field.name && field.type !== "hidden"), areas = all("textarea", form);
    const copy = () => localStorage.setItem(name, JSON.stringify({ version: version.value, texts: written(fields()) }));
    const warn = (why, texts) => { one("[data-why]", band).textContent = why; one("pre", band).textContent = texts.filter(Boolean).join("\n\n"); band.hidden = false; };
    one("[data-copy]", band).addEventListener("click", () => { getSelection().selectAllChildren(one("pre", band)); document.execCommand("copy"); });
    one("[data-drop]", band).addEventListener("click", () => { band.hidden = true; if (!isNew) localStorage.removeItem(name); });
    let isNew = false, going = null, isLeaving = false, hasOther = false;
    const stored = JSON.parse(localStorage.getItem(name) || "null");
    if (stored && !one(".note[role=alert]:not([hidden])")) {
      const other = areas.filter((field) => field.value && stored.texts[field.name] && field.value !== stored.texts[field.name]);
      hasOther = stored.version !== version.value && other.length > 0;
      if (hasOther) warn(band.dataset.other, other.map((field) => stored.texts[field.name]));
      else refill(stored.version === version.value ? fields() : areas.filter((field) => !field.value), stored.texts);
    }
    const send = () => {
      isNew = false;
      going = fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" } }).then((answer) => {
        if (answer.redirected || !/json/.test(answer.headers.get("Content-Type") || "")) throw new Error();
        return answer.json().then((told) => {
          if (!answer.ok) { warn(told.detail, areas.map((field) => field.value)); return; }
          version.value = told.version; said.textContent = said.dataset.kept + " " + new Date().toTimeString().slice(0, 8);
          if (hasOther) return;
          band.hidden = true;
          if (isNew || one("[name=doing]", form)) copy(); else localStorage.removeItem(name);
        });
      }).catch(() => { isNew = true; said.textContent = ""; warn(said.dataset.lost, areas.map((field) => field.value)); }).then(() => { going = null; });
      return going;
    };
    form.addEventListener("input", () => { isNew = true; hasOther = false; copy(); });
    setInterval(() => { if (isNew && !going && !isLeaving) send(); }, 5000);
    document.addEventListener("visibilitychange", () => { if (document.hidden && isNew && !going && !isLeaving) send(); });
    form.addEventListener("submit", (event) => {
      sessionStorage.setItem("autosent", name); isLeaving = true;
      if (going) { event.preventDefault(); const button = event.submitter; delete form.dataset.sent; going.then(() => form.requestSubmit(button)); }
    }, true);
    // Another form of the page waits until the server has the words: they would arrive behind its answer.
    let isFlushed = false;
    document.addEventListener("submit", (event) => {
      if (event.target === form || isFlushed || !(isNew || going)) return;
      event.preventDefault(); event.stopPropagation(); isFlushed = true;
      const other = event.target, button = event.submitter;
      (going || send()).then(() => other.requestSubmit(button));
    }, true);
  });

  // Drafts: kept on this computer under the user's id, back after a reload, gone once the server has it.
  const form = one("form[data-draft]");
  if (form) {
    const name = form.dataset.draft, kept = [];
    const fields = () => all("input, textarea, select", form).filter((field) => field.name && !/^(csrfmiddlewaretoken|key)$/.test(field.name));
    const words = () => one("#id_verbatim", form).value.trim() || one("#id_speaker_name", form).value.trim();
    const save = () => {
      if (!words() || one("[name=key]", form).value === sessionStorage.getItem("arrived")) { localStorage.removeItem(name); return; }
      localStorage.setItem(name, JSON.stringify({ key: one("[name=key]", form).value, draft: written(fields()) }));
      const saved = one("[data-saved-at]", form); saved.textContent = saved.dataset.words + " " + new Date().toTimeString().slice(0, 8);
    };
    const stored = JSON.parse(localStorage.getItem(name) || "null");
    if (stored && !one("#error-summary", form)) {
      one("[name=key]", form).value = stored.key;
      refill(fields(), stored.draft);
      one("[data-restored]", form).hidden = false;
      const village = one("select[name=village]", form); // its groups and cadres come from the server, then are filled as well
      if (village && village.value) {
        window.addEventListener("load", () => village.dispatchEvent(new Event("change", { bubbles: true })));
        const came = (event) => { if (event.target.id === "of-village") { document.removeEventListener("htmx:load", came); refill(all("input, select", event.target), stored.draft); } };
        document.addEventListener("htmx:load", came);
      }
    }
    // Going back to a form that was taken down starts an empty one: its words are a matter already.
    window.addEventListener("pageshow", () => { if (one("[name=key]", form).value === sessionStorage.getItem("arrived")) location.replace(location.pathname); });
    const forget = one("[data-forget]", form);
    forget.addEventListener("click", () => { localStorage.removeItem(name); location.href = location.pathname; });
    let timer;
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 300); });
    window.addEventListener("pagehide", () => { if (!form.dataset.sent) save(); });
    form.addEventListener("submit", save);

    const area = one("#id_verbatim", form), grow = () => { area.style.height = "auto"; area.style.height = area.scrollHeight + 4 + "px"; };
    area.addEventListener("input", grow);
    const clock = one("[data-timer]", form), began = Date.now(); clock.hidden = false;
    setInterval(() => { const s = Math.round((Date.now() - began) / 1000); clock.lastElementChild.textContent = Math.floor(s / 60) + ":" + String(s % 60).padStart(2, "0"); }, 1000);
  }

  // Who speaks: a combobox over the neighbours; typing any other name is fine too.
  // An answer belongs to the text it was asked for: until it is there nothing can be chosen, and ↓ and Enter wait for it.
  all("[data-lookup]").forEach((box) => {
    const input = one("input", box);
    const chosen = one("[name=resident]");
    const who = one("[data-who]", box);
    const list = document.createElement("ul");
    let rows = [];
    let at = -1;
    let timer;
    let question = null; // the answer on its way: {text, downs, isEntered, done}

    list.id = "lookup-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-live", "polite");
    list.hidden = true;
    box.appendChild(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    const known = (person) => [person.name, person.place, person.tail && "****" + person.tail].filter(Boolean).join(" · ");
    const goOn = () => one("#id_verbatim").focus();
    const close = () => {
      rows = [];
      at = -1;
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (index) => {
      at = index;
      Array.from(list.children).forEach((item, i) => item.setAttribute("aria-selected", i === at));
      if (at >= 0) input.setAttribute("aria-activedescendant", "lookup-" + at);
    };
    const choose = (person) => {
      input.value = person.name;
      chosen.value = person.id;
      input.dataset.chosen = person.name;
      who.textContent = known(person);
      close();
      if (form) form.dispatchEvent(new Event("input"));
    };
    const option = (text) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.textContent = text;
      list.appendChild(item);
      return item;
    };
    const show = (found) => {
      close();
      rows = found;
      list.textContent = "";
      found.forEach((person, index) => {
        const item = option(known(person));
        item.id = "lookup-" + index;
        item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(person); goOn(); });
      });
      if (!found.length) {
        const none = option(box.dataset.none);
        none.className = "muted";
        none.setAttribute("aria-disabled", "true");
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", String(found.length > 0));
    };

    const answer = (asked, found) => {
      if (asked !== question) return;
      question = null;
      if (asked.isEntered && found.length) choose(found[Math.min(asked.downs, found.length) - 1]);
      else if (document.activeElement === input) {
        show(found);
        if (asked.downs) mark(Math.min(asked.downs, found.length) - 1);
      }
      asked.done();
    };
    const ask = (asked) => {
      const village = one("[name=village]");
      const query = new URLSearchParams({ q: asked.text, village: village ? village.value : "" });
      fetch(box.dataset.lookup + "?" + query, { headers: { Accept: "application/json" } })
        .then((response) => (response.ok ? response.json() : { results: [] }))
        .catch(() => ({ results: [] }))
        .then((told) => answer(asked, told.results));
    };

    input.addEventListener("input", (event) => {
      if (input.value !== input.dataset.chosen) { chosen.value = ""; who.textContent = ""; }
      clearTimeout(timer);
      close();
      if (question) question.done();
      question = null;
      const text = input.value.trim();
      if (event.isComposing || !text) return;
      const asked = { text, downs: 0, isEntered: false };
      asked.answered = new Promise((resolve) => (asked.done = resolve));
      question = asked;
      timer = setTimeout(() => ask(asked), 150);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey) return;
      const last = rows.length - 1;
      if (event.key === "ArrowDown") {
        event.preventDefault();
        if (question) question.downs += 1;
        else mark(Math.min(at + 1, last));
      } else if (event.key === "ArrowUp") {
        event.preventDefault();
        if (question) question.downs = Math.max(question.downs - 1, 0);
        else mark(Math.max(at - 1, Math.min(0, last)));
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (question && question.downs) question.isEntered = true;
        else if (at >= 0) choose(rows[at]);
        goOn();
      } else if (event.key === "Escape") close();
    });
    input.addEventListener("blur", close);
    // Whoever sends before the answer came sends whom it names.
    if (form) form.addEventListener("submit", (event) => {
      if (!question || !question.isEntered) return;
      event.preventDefault();
      const button = event.submitter;
      question.answered.then(() => form.requestSubmit(button));
    });
  });
})();
