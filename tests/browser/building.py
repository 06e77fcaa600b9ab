"""Somebody who builds a definition in the studio, gesture by gesture, until it says what it shall say.

The next gesture is found by comparing what the draft says with what is wanted; it is then done on the page that a
person sees, by mouse or by keys, and only there. Nothing is sent to the server but by the page.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

from sopwith.definitions import read_nodes
from sopwith.store.releases import draft_of
from tests.support.shop import Shop

Path = tuple[str | int, ...]
SLOW = 120_000
MARK = "data-in-hand"
FIND = """([paths, mark]) => {
  for (const one of document.querySelectorAll(`[${mark}]`)) one.removeAttribute(mark);
  for (const one of document.querySelectorAll("#room [data-do]")) {
    const first = JSON.parse(one.dataset.do)[0] ?? {};
    const said = JSON.stringify([first.op, first.path]);
    if (paths.includes(said)) { one.setAttribute(mark, ""); return JSON.stringify(first.value ?? null); }
  }
  return "";
}"""


THERE = """one => {
  const now = document.activeElement;
  if (!one.isConnected) return null;
  return now === one || (one.type === "radio" && now.type === "radio" && now.name === one.name && now.form === one.form);
}"""
"""Whether the keys are at an element; of a group of round buttons, at one of them. Nothing for one that was drawn anew."""


class Hands(Protocol):
    """How the page is handled."""

    def press(self, what: Locator) -> None:
        """Press a button, follow a link, open what is folded."""

    def write(self, what: Locator, text: str) -> None:
        """Replace what a field says, and leave it."""

    def choose(self, what: Locator, value: str) -> None:
        """Choose of a list of choices."""

    def pick(self, what: Locator) -> None:
        """Pick one of several round buttons."""


@dataclass(frozen=True, slots=True)
class Mouse:
    """A mouse, and a keyboard for nothing but text."""

    page: Page

    def press(self, what: Locator) -> None:
        what.click()

    def write(self, what: Locator, text: str) -> None:
        what.click()
        what.fill(text)
        self.page.locator("h1").first.click()

    def choose(self, what: Locator, value: str) -> None:
        what.select_option(value=value)

    def pick(self, what: Locator) -> None:
        what.locator("xpath=ancestor::label").locator("strong").click()


@dataclass(frozen=True, slots=True)
class Keys:
    """A keyboard, and nothing else: what is wanted is reached by Tab."""

    page: Page

    def press(self, what: Locator) -> None:
        if self._is(what, "radio"):
            self.pick(what)
            return
        self._reach(what)
        self.page.keyboard.press("Space" if self._is(what, "checkbox") else "Enter")

    def write(self, what: Locator, text: str) -> None:
        self._reach(what)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Tab")

    def choose(self, what: Locator, value: str) -> None:
        self._reach(what)
        order: list[str] = what.evaluate(
            "one => [...one.options].filter((each) => !each.disabled).map((each) => each.value)"
        )
        now = what.input_value()
        steps = order.index(value) - (order.index(now) if now in order else 0)
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        self.page.keyboard.press("Tab")

    def pick(self, what: Locator) -> None:
        self._reach(what)
        self.page.keyboard.press("Space")
        while not what.is_checked():
            self.page.keyboard.press("ArrowDown")

    @staticmethod
    def _is(what: Locator, kind: str) -> bool:
        return what.get_attribute("type") == kind

    def _reach(self, what: Locator) -> None:
        """Press Tab until *what* has the focus: on from where it is, else back."""
        where = what.evaluate(
            """one => { const now = document.activeElement;
            if (now === one) return 0;
            return now && now.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING ? -1 : 1; }"""
        )
        key = "Shift+Tab" if where < 0 else "Tab"
        place = what.element_handle()
        for _ in range(900):
            there = place.evaluate(THERE)
            if there:
                return
            if there is None:
                place = what.element_handle()
            else:
                self.page.keyboard.press(key)
        raise AssertionError(f"{key} never reaches {what}")


@dataclass(slots=True)
class Builder:
    """Builds definitions in one draft that is open on *page*."""

    page: Page
    shop: Shop
    hands: Hands
    gestures: int = 0
    homes: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def draft_id(self) -> str:
        """Return the draft that the page is about."""
        found = re.search(r"/studio/([0-9a-f]{32})", self.page.url)
        assert found is not None, self.page.url
        return found[1]

    def files(self) -> Mapping[str, str]:
        """Return the files of the draft as they are saved."""
        with self.shop.database.reading() as connection:
            draft = draft_of(connection, self.draft_id)
        assert draft is not None
        return draft.documents

    def said(self, kind: str, name: str) -> Any:
        """Return what the draft says of one definition, None while it is not there."""
        files = self.files()
        known = self.homes.get((kind, name), "")
        for file in (known, *files) if known in files else files:
            if not file.endswith(".md") and name in files[file]:
                for root in read_nodes(files[file], file)[0]:
                    value = root.value
                    if isinstance(value, dict) and (value.get("kind"), value.get("id")) == (kind, name):  # fmt: skip
                        self.homes[kind, name] = file
                        return value
        return None

    def make(self, wanted: Mapping[str, Any], pack: str) -> None:
        """Make a definition of the kind and id that are wanted, as the page for new ones does."""
        title = wanted.get("title") or wanted["id"]
        both = title if isinstance(title, dict) else {"en": title, "zh-CN": title}
        self._press(self.page.locator(".outline-new"))
        self.page.wait_for_load_state()
        self.hands.pick(self.page.locator(f"input[name=kind][value={wanted['kind']}]"))
        self.hands.write(self.page.locator("#make-en"), str(both.get("en", "")))
        self.hands.write(self.page.locator("#make-zh"), str(both.get("zh-CN", "")))
        self.hands.write(self.page.locator("#make-id"), str(wanted["id"]))
        for control, value in (("#make-type", wanted.get("record_type")), ("#make-pack", pack)):
            choice = self.page.locator(control)
            if choice.count() and value in self._values(choice):
                self.hands.choose(choice, str(value))
        self._press(self.page.locator(".make button.button-primary"))
        self.page.wait_for_url(f"**/define/{wanted['kind']}/{wanted['id']}*")
        self.page.wait_for_load_state()

    def begin(self, wanted: Mapping[str, Any], pack: str) -> None:
        """Open the definition that is wanted, as all its settings: made first where the draft has none yet."""
        if self.said(wanted["kind"], wanted["id"]) is None:
            self.make(wanted, pack)
            self.sketch(wanted)
            self.sheet()
        else:
            self.open(wanted["kind"], wanted["id"])

    def open(self, kind: str, name: str) -> None:
        """Open a definition from the outline, as the sheet of all its settings."""
        self._press(self.page.locator(f".bench-outline a[href$='/define/{kind}/{name}']"))
        self.page.wait_for_url(f"**/define/{kind}/{name}*")
        self.page.wait_for_load_state()
        self.sheet()

    def sheet(self) -> None:
        """See all settings of the definition that is open."""
        other = self.page.locator("#sheet-toggle")
        if other.count() and "as=sheet" not in self.page.url:
            self._press(other)
            self.page.wait_for_url("**as=sheet*")
            self.page.wait_for_load_state()

    def build(self, wanted: Mapping[str, Any]) -> None:
        """Change the definition that is open until it says what is *wanted*."""
        kind, name = wanted["kind"], wanted["id"]
        done: Counter[str] = Counter()
        while True:
            gesture = difference(self.said(kind, name), wanted, ())
            if gesture is None:
                return
            done[repr(gesture)] += 1
            assert done[repr(gesture)] < 4, f"{kind} {name}: {gesture} changes nothing\n{self.page.url}"  # fmt: skip
            self._do(*gesture)

    # --- in the editors of their own ---------------------------------------------------------

    def sketch(self, wanted: Mapping[str, Any]) -> None:
        """Put in by the definition's own editor what it is made of; the sheet of all settings then says the rest."""
        match wanted["kind"]:
            case "form":
                self._sketch_form(wanted)
            case "workflow":
                self._sketch_workflow(wanted)
            case "rule":
                self._sketch_rule(wanted)

    def _sketch_form(self, wanted: Mapping[str, Any]) -> None:
        """Take sections, fields and shared blocks; what a new form and a new section began with goes."""
        born: dict[int, int] = {}
        for place, section in enumerate(wanted.get("sections", ())):
            if place >= len(self._sections(wanted)):
                self._saved(lambda: self.hands.press(self.page.locator("#take-section")))
            born[place] = len(self._sections(wanted)[place]["fields"])
            rows = self.page.locator(".form-section").nth(place).locator(".form-row")
            expect(rows).to_have_count(born[place], timeout=SLOW)
            for one in section.get("fields", ()):
                self._take_field(place, one)
        self.sheet()
        for place, count in born.items():
            for _field in range(count):
                self._button("remove", ("sections", place, "fields", 0))

    def _sections(self, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.said("form", wanted["id"]).get("sections", [])
        return found

    def _take_field(self, place: int, wanted: Mapping[str, Any]) -> None:
        """Take a field or a shared block: by mouse from the palette, by keys at the + below the one before."""
        page = self.page
        section = page.locator(".form-section").nth(place)
        rows = section.locator(".form-row")
        count = rows.count()
        name = wanted["type"] if "type" in wanted else f"block-{wanted['use']}"
        if isinstance(self.hands, Keys) or not count:
            plus = rows.last.locator(".form-plus") if count else section.locator(".form-plus-top")
            self.hands.press(plus)
            expect(page.locator("#form-palette .palette-type").first).to_be_focused(timeout=SLOW)
        kind = page.locator(f"#take-{name}")
        self._saved(lambda: self.hands.press(kind))
        expect(rows).to_have_count(count + 1, timeout=SLOW)
        if "type" not in wanted:
            return
        title = rows.last.locator(".row-title")
        expect(title).to_be_focused(timeout=SLOW)
        said = wanted["title"]
        words = said["en"] if isinstance(said, dict) else said
        if title.input_value() != words:  # an amount of money is born as "Amount"
            self._saved(lambda: self._type(words))

    def _type(self, text: str) -> None:
        """Write where the cursor is."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def _sketch_workflow(self, wanted: Mapping[str, Any]) -> None:
        """Put states into the chart, under titles of their own; what they are called by is said in the sheet."""
        page, name = self.page, wanted["id"]
        expect(page.locator("#flow-canvas")).to_have_attribute("data-drawn", "yes", timeout=SLOW)
        new: dict[str, str] = {}
        for state, said in wanted["states"].items():
            if state in self.said("workflow", name)["states"]:
                continue
            self.gestures += 1
            self.hands.press(page.locator(f"#flow-new-{kind_of(said)}"))
            field = page.locator("#flow-inspector [data-words]:focus")
            expect(field).to_be_visible(timeout=SLOW)
            made = json.loads(field.get_attribute("data-words") or "")[1]
            new[made] = state
            self._saved(lambda one=said: self._type(one["title"]["en"]))
        self.sheet()
        for made, state in new.items():
            key = page.locator(f"#{ident(('states', made))}--key")
            self._unfold(key)
            self._saved(lambda one=key, to=state: self.hands.write(one, to))

    def _sketch_rule(self, wanted: Mapping[str, Any]) -> None:
        """Write the condition and add the actions on the cards of the rule."""
        page = self.page
        if "when" in wanted:
            expect(page.locator("#c-when[data-ready]")).to_be_visible(timeout=SLOW)
            self._condition(page.locator("#c-when"), ("when",), wanted["when"])
        for place, action in enumerate(wanted["then"]):
            kind = next(key for key in action if page.locator(f"#add-{key}").count())
            if place >= len(self.said("rule", wanted["id"])["then"]):
                self._unfold(page.locator(f"#add-{kind}"))
                self._saved(lambda one=kind: self.hands.press(page.locator(f"#add-{one}")))

    # --- gestures ----------------------------------------------------------------------------

    def _do(self, what: str, path: Path, value: Any) -> None:
        if what == "remove":
            self._remove(path)
        elif what == "add":
            self._add(path, value)
        elif what == "item":
            self._button("insert", path)
        elif what == "words":
            self._words(path, value)
        else:
            self._put(path, value)

    def _remove(self, path: Path) -> None:
        """Take away by a button, else by emptying the control."""
        control = self.page.locator(f"#{ident(path)}")
        if self._found(("remove", path), ("clear", path)) is not None or not control.count():
            self._button("remove", path, others=("clear",))
            return
        self._unfold(control)
        if control.evaluate("one => one.localName") == "select":
            self._saved(lambda: self.hands.choose(control, ""))
        else:
            self._saved(lambda: self.hands.write(control, ""))

    def _add(self, path: Path, value: Any) -> None:
        """Add a key that may stand there, or an entry of a name of its own."""
        if self._found(("set", path)) is not None:
            self._saved(lambda: self.hands.press(self._marked()))
            return
        entry = self.page.locator("form[data-entry]")
        for place in range(entry.count()):
            one = entry.nth(place)
            if tuple(json.loads(one.get_attribute("data-entry") or "")) == path[:-1]:
                self._unfold(one)
                self.hands.write(one.locator("input"), str(path[-1]))
                self._saved(lambda form=one: self.hands.press(form.locator("button")))
                return
        if isinstance(value, dict) and set(value) <= {"en", "zh-CN"}:
            self._words(path, value)
        else:
            self._put(path, value)

    def _words(self, path: Path, value: Mapping[str, Any]) -> None:
        for tongue in ("en", "zh-CN"):
            field = self.page.locator(f"#{ident((*path, tongue))}")
            if tongue in value and field.input_value() != str(value[tongue]):
                self._unfold(field)
                self._saved(
                    lambda one=field, words=str(value[tongue]): self.hands.write(one, words)
                )

    def _put(self, path: Path, value: Any) -> None:
        control = self.page.locator(f"#{ident(path)}")
        shaped = isinstance(value, dict | list)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        kept_as = control.get_attribute("data-as") if control.count() else ""
        fits = not (shaped and kept_as != "yaml") and not (is_number and kept_as == "text")
        if not control.count() or not fits:
            self._another_form(path, value)
            return
        self._unfold(control)
        tag = control.evaluate("one => one.localName")
        if tag == "div":
            self._condition(control, path, value)
        elif tag == "select":
            self._saved(lambda: self.hands.choose(control, json.dumps(value, ensure_ascii=False)))
        elif control.get_attribute("type") == "checkbox":
            self._saved(lambda: self.hands.press(control))
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if control.get_attribute("data-as") == "yaml" and isinstance(value, str):
                text = json.dumps(value, ensure_ascii=False)
            self._saved(lambda: self.hands.write(control, text))

    def _condition(self, control: Locator, path: Path, value: Any) -> None:
        text = control.locator("[data-part=whole]")
        if not text.count():
            self.hands.press(control.locator("[data-mode-to=text]"))
        expect(text).to_be_visible()
        said = value if isinstance(value, str) else json.dumps(value)
        self._saved(lambda: self.hands.write(text, said))

    def _another_form(self, path: Path, value: Any) -> None:
        """Write a value in another form: the one that is most like what is wanted."""
        forms = self.page.locator(f"#{ident(path)}--forms")
        assert forms.count(), f"no control for {path}"
        self._unfold(forms.locator("button").first)
        best, place = -1, 0
        for number in range(forms.locator("button").count()):
            operations = json.loads(
                forms.locator("button").nth(number).get_attribute("data-do") or ""
            )
            likeness = alike(operations[0]["value"], value)
            if likeness > best:
                best, place = likeness, number
        self._saved(lambda: self.hands.press(forms.locator("button").nth(place)))

    def _button(self, operation: str, path: Path, others: tuple[str, ...] = ()) -> None:
        for one in (operation, *others):
            if self._found((one, path)) is not None:
                self._saved(lambda: self.hands.press(self._marked()))
                return
        raise AssertionError(f"no button to {operation} {path}\n{self.page.url}")

    def _found(self, *wishes: tuple[str, Path]) -> str | None:
        """Mark the first button that begins with such an operation."""
        said = [
            json.dumps([op, list(path)], ensure_ascii=False, separators=(",", ":"))
            for op, path in wishes
        ]
        found = self.page.evaluate(FIND, [said, MARK])
        if found == "":
            return None
        self._unfold(self._marked())
        return str(found)

    def _marked(self) -> Locator:
        return self.page.locator(f"[{MARK}]")

    def _unfold(self, what: Locator) -> None:
        """Open all that is folded around *what*, from the outside in."""
        while True:
            outer = what.locator("xpath=ancestor::details[not(@open)]")
            if not outer.count():
                return
            self.hands.press(outer.first.locator("xpath=./summary"))
            expect(what.first).to_be_attached()

    def _press(self, what: Locator) -> None:
        self.hands.press(what)

    def _saved(self, act: Any) -> None:
        """Do what shall be saved, and wait until the room shows it."""
        self.gestures += 1
        room = self.page.locator("#room[data-drawn]")
        before = room.get_attribute("data-drawn") or ""
        act()
        expect(room).not_to_have_attribute("data-drawn", before, timeout=SLOW)
        state = self.page.locator("#bench-state")
        expect(state).to_have_attribute("data-now", "saved", timeout=SLOW)

    @staticmethod
    def _values(choice: Locator) -> list[str | None]:
        return [
            one.get_attribute("value") or one.inner_text() for one in choice.locator("option").all()
        ]


def kind_of(state: Mapping[str, Any]) -> str:
    """Return what the palette of the chart calls a state."""
    if "type" in state:
        return str(state["type"])
    return "state" if state["category"] == "open" else str(state["category"])


def ident(path: Path) -> str:
    """Return the id of the control for *path*, as pages make it."""
    steps = (
        re.sub(r"[^A-Za-z0-9_]", lambda one: f"_{ord(one.group()):x}_", str(step)) for step in path
    )
    return "c-" + "-".join(steps)


def difference(have: Any, want: Any, path: Path) -> tuple[str, Path, Any] | None:
    """Return the next gesture on the way from what is there to what is wanted: what, where and the value."""
    if have == want and type(have) is type(want):
        return None
    if isinstance(want, dict) and isinstance(have, dict):
        if set(want) <= {"en", "zh-CN"} and want:
            return ("words", path, want)
        for key in have:
            if key not in want:
                return ("remove", (*path, key), None)
        for key, value in want.items():
            if key not in have:
                return ("add", (*path, key), value)
            found = difference(have[key], value, (*path, key))
            if found is not None:
                return found
        return None
    if isinstance(want, list) and isinstance(have, list):
        if len(have) > len(want):
            return ("remove", (*path, len(have) - 1), None)
        for place, value in enumerate(want):
            if place >= len(have):
                return ("item", path, value)
            found = difference(have[place], value, (*path, place))
            if found is not None:
                return found
        return None
    return ("put", path, want)


def alike(one: Any, other: Any) -> int:
    """Return how much the shape of a blank value has in common with a wanted one."""
    if type(one) is not type(other):
        return 0
    if isinstance(one, dict):
        return 2 + 3 * len(set(one) & set(other)) - 2 * len(set(one) - set(other))
    return 2
