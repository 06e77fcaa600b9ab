// The live preview: the form of the draft, drawn anew after each gesture and each answer, with what was typed kept.
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const looking = new WeakMap();

export function mount(element) {
  const look = { wanted: 0 };
  looking.set(element, look);
  element.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-look]");
    if (chip) {
      for (const other of element.querySelectorAll(`[data-look="${chip.dataset.look}"]`)) other.setAttribute("aria-pressed", String(other === chip));
      draw(element);
      return;
    }
    const phone = event.target.closest("#look-phone");
    if (phone) {
      const narrow = phone.getAttribute("aria-pressed") !== "true";
      phone.setAttribute("aria-pressed", String(narrow));
      element.querySelector("#look-holder").classList.toggle("look-phone", narrow);
      return;
    }
    const row = event.target.closest("button[name=_add], button[name=_remove]");
    if (row) {
      event.preventDefault();
      draw(element, row);
    }
  });
  element.addEventListener("change", () => draw(element));
  element.addEventListener("submit", (event) => event.preventDefault());
  return draw(element);
}

export function update(element) {
  return draw(element);
}

function chosen(element, what) {
  return element.querySelector(`[data-look="${what}"][aria-pressed="true"]`)?.dataset.value ?? "";
}

// Only the newest answer counts; one that is under way when something changes is thrown away.
async function draw(element, button = null) {
  const look = looking.get(element);
  const mine = ++look.wanted;
  const holder = element.querySelector("#look-holder");
  const form = holder.querySelector("form");
  const sent = form ? new FormData(form, button) : new FormData();
  for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
  sent.set("csrf_token", token);
  const asked = new URLSearchParams({ as: chosen(element, "as"), in: chosen(element, "in"), state: element.querySelector("#look-state").value });
  const response = await fetch(`${element.dataset.address}?${asked}`, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams([...sent]) }).catch(() => null);
  if (!response?.ok || mine !== look.wanted) return;
  const html = await response.text();
  if (mine !== look.wanted) return;
  if (form) Idiomorph.morph(holder, html, { morphStyle: "innerHTML", ignoreActiveValue: true, restoreFocus: true });
  else holder.innerHTML = html;
}
