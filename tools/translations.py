"""Keep the zh-CN words of the pages complete: gather what pages say, add translations, compile.

python3 tools/translations.py               gather, keep what is translated, list what is not, compile
python3 tools/translations.py words.json    the same, with translations from {"English": "中文"} first;
                                            a plural's key is its singular
"""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).resolve().parent.parent / "web"
PO = WEB / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = {"templates/**.html": {"silent": "false", "trimmed": "true"}}


def main(arguments: list[str]) -> int:
    """Return 0 when nothing is left to translate."""
    kept = read()
    found = gather()
    for name in arguments:
        words = json.loads(Path(name).read_text(encoding="utf-8"))
        for english, chinese in words.items():
            message = found.get(english)
            if message is None:
                print(f"no page says: {english}")
            else:
                kept.delete(message.id)
                kept.add(message.id, (chinese,) if message.pluralizable else chinese)
    for message in found:
        old = kept.get(message.id) if message.id else None
        if old is not None and old.string:
            message.string = old.string
    write(found)
    missing = untranslated(found)
    for english in missing:
        print(f"not translated: {english}")
    return 1 if missing else 0


def read() -> Catalog:
    """Return what is translated by now."""
    if not PO.exists():
        return Catalog(locale="zh_Hans_CN")
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def gather() -> Catalog:
    """Return everything that pages and views say, in the order of the alphabet."""
    said = extract_from_dir(WEB, METHODS, OPTIONS)
    catalog = Catalog(locale="zh_Hans_CN", fuzzy=False)
    messages = {text if isinstance(text, str) else text[0]: text for _, _, text, _, _ in said}
    for _, text in sorted(messages.items()):
        catalog.add(text)
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """Return what has no words in zh-CN."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalog
        if message.id and not any(message.string or "")
    ]


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue as programs read it; the same words give the same bytes on every day."""
    catalog.creation_date = catalog.revision_date = EPOCH
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def write(catalog: Catalog) -> None:
    """Write the catalogue, and what programs read of it."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=False, sort_output=True, no_location=True)
    lines = [
        line
        for line in out.getvalue().decode().splitlines()
        if "-Date:" not in line and "Generated-By" not in line
    ]
    _put(PO, ("\n".join(lines).rstrip() + "\n").encode())
    _put(PO.with_suffix(".mo"), compiled(read()))


def _put(file: Path, content: bytes) -> None:
    """Write a file as a whole: nobody who reads it meanwhile sees half of it."""
    new = file.with_name(f"{file.name}.new")
    new.write_bytes(content)
    new.replace(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
