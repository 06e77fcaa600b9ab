// Controls that ask to be shown something else, such as another instant of an example: they change no definition.
export function mount(element, room) {
  element.addEventListener("change", (event) => {
    const control = event.target.closest("[data-ask]");
    if (control) room.select(asking(room.at, control.dataset.ask, control.value.trim()));
  });
}

// "policies/0;from=..." with one of what is asked for in another way; an empty value asks for nothing.
export function asking(at, name, value) {
  const [where, ...rest] = at.split(";");
  const others = rest.filter((one) => decodeURIComponent(one.split("=")[0]) !== name);
  if (value) others.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return [where, ...others].join(";");
}
