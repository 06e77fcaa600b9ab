"""``sopwith settings``: every setting, its value and where it comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from ..wiring.settings import SettingsError, Source, read_sources
from ..wiring.settings_sources import language_of, shown

_HEADS = {
    "en": ("setting", "value", "from", "default"),
    "zh-CN": ("设置项", "值", "来源", "默认值"),
}


@click.command("settings")
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The settings file; ./sopwith.toml or what SOPWITH_SETTINGS names by default.",
)
@click.option("--lang", type=click.Choice(["en", "zh-CN"]), help="The language of the findings.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_context
def settings_command(
    context: click.Context, file: Path | None, lang: str | None, as_json: bool
) -> None:
    """Show every setting, its value and where it comes from; secrets are masked.

    Ends with 1 when one cannot be used, and says each by its line or its variable.

    Example: sopwith settings --json
    """
    lang = lang or language_of(os.environ)
    try:
        _, sources = read_sources(file=file)
    except SettingsError as error:
        if as_json:
            click.echo(json.dumps({"findings": _findings(error)}, ensure_ascii=False, indent=2))
        else:
            click.echo(error.render(lang), err=True)
        context.exit(1)
    if as_json:
        rows = [{"name": one.name, "value": one.shown, "from": one.place} for one in sources]
        click.echo(json.dumps({"settings": rows}, ensure_ascii=False, indent=2))
    else:
        click.echo(_table(sources, _HEADS[lang]), nl=False)


def _findings(error: SettingsError) -> list[Mapping[str, str | int]]:
    return [
        {
            "place": one.span.path,
            "line": one.span.line,
            "code": one.code,
            "en": shown(one, "en"),
            "zh-CN": shown(one, "zh-CN"),
        }
        for one in error.findings
    ]


def _table(sources: Sequence[Source], heads: tuple[str, str, str, str]) -> str:
    name, value, place, default = heads
    rows = [(name, value, place)]
    rows += [(one.name, one.shown or "-", one.place or default) for one in sources]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{a:{wide[0]}}  {b:{wide[1]}}  {c}\n" for a, b, c in rows)
