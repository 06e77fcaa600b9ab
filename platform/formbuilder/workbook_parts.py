"""The parts of a workbook (.xlsx) as streams of XML elements: bounded in bytes and in elements, without entities."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pyexpat import ExpatError, ParserCreate
from xml.parsers.expat import XMLParserType

LARGEST_FILE = 5_000_000
LARGEST_PART = 20_000_000  # unpacked
MOST_ELEMENTS = 200_000  # of one part
MOST_PARTS = 2_000
_CHUNK = 65_536
_LONGEST = 20_000  # characters of one text
_OLD = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what .xls begins with, and a workbook behind a password
)

Attributes = Mapping[str, str]


class NoWorkbookError(ValueError):
    """It cannot be read. reason: protected, not_workbook, too_large, broken or empty; where: the part, the line, or the sheet."""

    def __init__(self, reason: str, where: str = "", line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.where, self.line = reason, where, line


class EnoughError(Exception):
    """The reader has what it needs of this part."""


class Elements:
    """What a reader of a part overrides. *texts*: the elements whose characters it wants, given when they end."""

    texts: frozenset[str] = frozenset()

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element; raises EnoughError where nothing more is wanted."""

    def end(self, name: str, text: str) -> None:
        """Take the end of an element, with the characters in it where they are wanted."""


class Workbook:
    """The archive. Raises NoWorkbookError for what is none."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(_OLD):
            raise NoWorkbookError("protected")
        if len(data) > LARGEST_FILE:
            raise NoWorkbookError("too_large")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError) as error:  # fmt: skip
            raise NoWorkbookError("not_workbook") from error
        found = self._archive.infolist()
        if len(found) > MOST_PARTS:
            raise NoWorkbookError("too_large")
        self.parts = {one.filename.lstrip("/"): one for one in found}

    def read(self, name: str, reader: Elements) -> None:
        """Give the elements of part *name* to *reader*; nothing for a part that is not there."""
        info = self.parts.get(name)
        if info is None:
            return
        if info.flag_bits & 1:
            raise NoWorkbookError("protected")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NoWorkbookError("broken", name)
        parser = _parser(name, reader)
        try:
            with self._archive.open(info) as stream:
                _feed(parser, stream.read, name)
        except EnoughError:
            return
        except ExpatError as error:
            raise NoWorkbookError("broken", name, error.lineno) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, RuntimeError) as error:  # fmt: skip
            if isinstance(error, NoWorkbookError):
                raise
            raise NoWorkbookError("broken", name) from error


def _feed(parser: XMLParserType, read: Callable[[int], bytes], name: str) -> None:
    left = LARGEST_PART
    while chunk := read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise NoWorkbookError("too_large", name)
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _parser(part: str, reader: Elements) -> XMLParserType:
    """Return a parser that refuses document types, and with them all entities of a file's own."""
    parser = ParserCreate(namespace_separator=" ")
    texts: list[str] = []
    state = {"elements": 0, "size": 0, "wanted": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        state["elements"] += 1
        if state["elements"] > MOST_ELEMENTS:
            raise NoWorkbookError("too_large", part)
        local = _local(name)
        if local in reader.texts:
            texts.clear()
            state["size"], state["wanted"] = 0, 1
        reader.start(local, {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        local = _local(name)
        text = "".join(texts) if local in reader.texts else ""
        state["wanted"] = 0
        reader.end(local, text)

    def characters(data: str) -> None:
        if state["wanted"] and state["size"] < _LONGEST:
            state["size"] += len(data)
            texts.append(data)

    def refuse(*_given: object) -> None:
        raise NoWorkbookError("broken", part, parser.CurrentLineNumber)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    return parser


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
