// Several forms stand on the tracking page, and only one can be sent: what was typed into the
// others is put back once the answer is there. It is kept in this window alone, until then.
import { all } from "./dom.js";
import { refill, valuesOf } from "./drafts.js";

const NAME = "typed:" + location.pathname;
const NOT_TYPED = /^(csrfmiddlewaretoken|k|action|version|key)$/;

function formsOf() {
  return all("form").filter((form) => form.elements.action && form.elements.k);
}

function fieldsOf(form) {
  return Array.from(form.elements).filter(
    (field) => field.name && !NOT_TYPED.test(field.name),
  );
}

function nameOf(form) {
  return form.elements.action.value;
}

function hasWords(form) {
  return fieldsOf(form).some((field) => /^text/.test(field.type) && field.value.trim());
}

function keepOthers(event) {
  const typed = {};
  formsOf()
    .filter((form) => form !== event.target && hasWords(form))
    .forEach((form) => {
      typed[nameOf(form)] = valuesOf(fieldsOf(form));
    });
  sessionStorage.setItem(NAME, JSON.stringify(typed));
}

function putBack() {
  const typed = JSON.parse(sessionStorage.getItem(NAME) || "{}");
  sessionStorage.removeItem(NAME);

  formsOf().forEach((form) => {
    const values = typed[nameOf(form)];
    if (!values || hasWords(form)) return;

    refill(fieldsOf(form), values);
    const folded = form.closest("details");
    if (folded) folded.open = true;
  });
}

putBack();
document.addEventListener("submit", keepOthers);
