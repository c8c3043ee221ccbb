// The list of people under a combobox: shown, marked, closed, and said to screen readers.

export function known(person) {
  const tail = person.tail && "****" + person.tail;
  return [person.name, person.place, tail].filter(Boolean).join(" · ");
}

export function listboxIn(box, input, onPick) {
  const list = document.createElement("ul");
  let people = [];
  let at = -1; // which is marked

  list.id = "lookup-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-live", "polite");
  list.hidden = true;
  box.appendChild(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function close() {
    people = [];
    at = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    at = index;
    Array.from(list.children).forEach((item, nth) => {
      item.setAttribute("aria-selected", nth === at);
    });
    if (at >= 0) input.setAttribute("aria-activedescendant", "lookup-" + at);
  }

  function down() {
    mark(Math.min(at + 1, people.length - 1));
  }

  function up() {
    mark(Math.max(at - 1, Math.min(0, people.length - 1)));
  }

  function marked() {
    return people[at];
  }

  function add(text) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.textContent = text;
    list.appendChild(item);
    return item;
  }

  function addPerson(person, nth) {
    const item = add(known(person));
    item.id = "lookup-" + nth;
    // before the field loses focus, which closes the list
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      onPick(person);
    });
  }

  function addNobody() {
    const item = add(box.dataset.none);
    item.className = "muted";
    item.setAttribute("aria-disabled", "true");
  }

  function show(found) {
    close();
    people = found;
    list.textContent = "";
    found.forEach(addPerson);
    if (!found.length) addNobody();
    list.hidden = false;
    input.setAttribute("aria-expanded", String(found.length > 0));
  }

  return { show, close, mark, down, up, marked };
}
