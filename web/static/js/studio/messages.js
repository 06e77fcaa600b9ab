// Names in the text of a message: put in by a click, and completed while "{{" is typed.
const MOST = 8;

export function mount(element, room) {
  const popup = element.querySelector("#names-popup");
  let last = null; // the field that was written in last
  let shown = [];
  let chosen = 0;

  const fields = () => [...element.querySelectorAll("[data-names]")];

  element.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-names]")) last = event.target;
  });
  room.element.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-insert]")) event.preventDefault(); // the cursor stays where it is
  });
  room.element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button || !element.isConnected) return;
    if (!last?.isConnected) last = fields().at(-2) ?? fields()[0];
    put(last, last.selectionStart ?? last.value.length, last.selectionEnd ?? last.value.length, `{{ ${button.dataset.insert} }}`);
  });

  element.addEventListener("input", (event) => {
    if (event.target.matches("[data-names]")) offer(event.target);
  });
  element.addEventListener("focusout", () => setTimeout(() => { if (!popup.contains(document.activeElement)) hide(); }, 150));
  // Before the room's own keys: Enter takes a name and does not save.
  element.addEventListener("keydown", (event) => {
    if (popup.hidden || !event.target.matches("[data-names]")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
      draw(event.target);
    } else if (event.key === "Enter" || event.key === "Tab") take(event.target);
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  popup.addEventListener("mousedown", (event) => {
    const line = event.target.closest("[data-place]");
    if (!line || !last) return;
    event.preventDefault();
    chosen = Number(line.dataset.place);
    take(last);
  });

  function begun(field) {
    return /\{\{\s*(#if |#each )?([\w.]*)(\s*\|\s*(\w*))?$/.exec(field.value.slice(0, field.selectionStart));
  }

  function offer(field) {
    last = field;
    const found = begun(field);
    if (!found) return hide();
    const data = JSON.parse(element.querySelector("#names-data").dataset.all);
    const typed = (found[3] !== undefined ? found[4] : found[2]).toLowerCase();
    const known = found[3] !== undefined ? data.filters : data.names;
    const fits = ([name, words]) => name.toLowerCase().includes(typed) || words.toLowerCase().includes(typed);
    const starts = ([name]) => (name.toLowerCase().startsWith(typed) ? 0 : 1);
    shown = known.filter(fits).sort((a, b) => starts(a) - starts(b)).slice(0, MOST);
    chosen = 0;
    if (shown.length) draw(field);
    else hide();
  }

  function draw(field) {
    popup.replaceChildren(...shown.map(([name, words], place) => {
      const line = document.createElement("li");
      line.id = `names-popup-${place}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", String(place === chosen));
      line.dataset.place = place;
      const code = document.createElement("code");
      code.textContent = name;
      const said = document.createElement("span");
      said.textContent = words;
      line.append(said, code);
      return line;
    }));
    popup.hidden = false;
    const box = field.getBoundingClientRect();
    const home = element.getBoundingClientRect();
    popup.style.top = `${Math.min(box.bottom, innerHeight - 40) - home.top + 4}px`;
    popup.style.left = `${box.left - home.left}px`;
    field.setAttribute("aria-controls", "names-popup");
    field.setAttribute("aria-activedescendant", `names-popup-${chosen}`);
  }

  function hide() {
    popup.hidden = true;
    last?.removeAttribute("aria-activedescendant");
  }

  function take(field) {
    const found = begun(field);
    hide();
    if (!found || !shown[chosen]) return;
    const name = shown[chosen][0];
    const at = field.selectionStart;
    const typed = (found[3] !== undefined ? found[4] : found[2]).length;
    const closed = /^\s*\}\}/.test(field.value.slice(at));
    put(field, at - typed, at, closed ? name : `${name} }}`);
  }

  function put(field, from, to, text) {
    field.focus();
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    hide();
  }
}
