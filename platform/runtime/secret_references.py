"""Secrets by reference: ``env:NAME`` and ``file:/run/secrets/name`` stand for what is kept elsewhere."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

log = logging.getLogger(__name__)

LARGEST = 64 * 1024
OURS = "SOPWITH_"
FOLDER = Path("/run/secrets")


class SecretError(ValueError):
    """A reference leads nowhere. reference: as it was written; why: what is the matter with it."""

    def __init__(self, reference: str, why: str) -> None:
        self.reference = reference
        self.why = why
        super().__init__(f"{reference}: {why}")


def is_reference(text: str) -> bool:
    """Return whether *text* names a secret instead of being one."""
    return text.startswith(("env:", "file:"))


def resolve(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return what *text* stands for; text that is no reference stands for itself.

    A line feed at the end of a file does not belong to the secret. Raises SecretError for a variable
    that is not set or empty, and for a file that is missing, empty or larger than 64 KiB.
    """
    kind, _, name = text.partition(":")
    if kind == "env":
        found = (os.environ if environment is None else environment).get(name, "")
        if not found:
            raise SecretError(text, "the variable is not set")
        return found
    return _content(text, Path(name)) if kind == "file" else text


def webhook_secrets(folder: Path = FOLDER) -> Callable[[str], tuple[str, ...]]:
    """Return what finds the secrets that rules name; several are parted by blanks while one is changed.

    Who writes rules may not read the machine: files lie in *folder* only, and the settings' own
    variables are not for them. A reference that leads nowhere gives no secret, and is logged.
    """

    def secrets_of(reference: str) -> tuple[str, ...]:
        if not is_reference(reference):
            return tuple(reference.split())
        try:
            return tuple(resolve(_allowed(reference, folder)).split())
        except SecretError as error:
            log.warning("a webhook goes out without a signature: %s", error)
            return ()

    return secrets_of


def _allowed(reference: str, folder: Path) -> str:
    kind, _, name = reference.partition(":")
    if kind == "env":
        if name.startswith(OURS):
            raise SecretError(reference, "a rule may not use the settings' own variables")
        return reference
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise SecretError(reference, f"a rule may use files in {folder} only")
    return f"file:{place}"


def _content(reference: str, path: Path) -> str:
    try:
        if not path.is_file():
            raise SecretError(reference, "there is no such file")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SecretError(reference, f"the file cannot be read: {reason}") from error
    if len(content) > LARGEST:
        raise SecretError(reference, f"the file is larger than {LARGEST} bytes")
    if not text:
        raise SecretError(reference, "the file is empty")
    return text
