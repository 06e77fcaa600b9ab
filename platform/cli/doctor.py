"""``sopwith doctor``: looks at everything an installation needs, and says how to mend what is not well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..core.diagnostics import Severity
from ..runtime.health_check import Finding, Looked, Report, finding
from ..store.engine import DatabaseError
from ..wiring.checkup import check_up_from_outside
from ..wiring.settings import SettingsError, read_settings

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
WORDS = {
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "info": ("hint", "提示"),
    "mend": ("To mend it:", "处理办法："),
    "well": (
        "All is well: {count} checks found nothing.",
        "一切正常：{count} 项检查均未发现问题。",
    ),
    "sum": (
        "{count} checks; errors: {errors}, warnings: {warnings}, hints: {infos}.",
        "共 {count} 项检查：{errors} 个错误，{warnings} 个警告，{infos} 个提示。",
    ),
}


def look(data: Path | None) -> Report:
    """Return what the checkup finds; settings that cannot be used are a finding."""
    try:
        return check_up_from_outside(read_settings(data=data), __version__)
    except (SettingsError, DatabaseError) as error:
        found = finding("DOC003", reason=str(error))
        return Report(checks=(Looked(name="settings", found=(found,), milliseconds=0),))


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON, with both languages."""
    return {
        "well": report.is_well,
        "version": __version__,
        "findings": [
            {
                "code": one.code,
                "severity": one.severity.value,
                "values": dict(one.values),
                "message": {"en": one.message("en"), "zh-CN": one.message("zh-CN")},
                "mend": {"en": one.mend("en"), "zh-CN": one.mend("zh-CN")},
            }
            for one in report.found
        ],
        "checks": [
            {
                "name": one.name,
                "milliseconds": one.milliseconds,
                "codes": [found.code for found in one.found],
            }
            for one in report.checks
        ],
    }


def tell(report: Report, lang: str) -> list[str]:
    """Return the lines for people."""
    place = int(lang.startswith("zh"))
    lines: list[str] = []
    for one in report.found:
        lines += _told(one, lang, place)
    counts = [sum(one.severity is level for one in report.found) for level in Severity]
    errors, warnings, infos = counts
    words = WORDS["sum" if report.found else "well"][place]
    lines.append(
        words.format(count=len(report.checks), errors=errors, warnings=warnings, infos=infos)
    )
    return lines


def _told(one: Finding, lang: str, place: int) -> list[str]:
    mark = click.style(WORDS[one.severity.value][place], fg=COLOURS[one.severity], bold=True)
    return [
        f"{mark} {one.code} {one.message(lang)}",
        f"    {WORDS['mend'][place]} {one.mend(lang)}",
    ]


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The data folder; ./var by default.",
)
@click.option("--json", "json_out", is_flag=True, help="Write the findings as JSON.")
@click.option(
    "--lang",
    type=click.Choice(["en", "zh-CN"]),
    default="en",
    envvar="SOPWITH_LANG",
    show_default=True,
)
@click.pass_context
def doctor(context: click.Context, data: Path | None, json_out: bool, lang: str) -> None:
    """Look at everything this installation needs, and say how to mend what is not well.

    Nothing is changed and no mail is sent. Each check has a limit of time. Ends with 0 when all is well
    (hints do not count), with 1 when something was found, with 2 when it was called wrongly.

    Example: sopwith doctor --lang zh-CN
    """
    report = look(data)
    if json_out:
        click.echo(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    else:
        for line in tell(report, lang):
            click.echo(line)
    context.exit(0 if report.is_well else 1)
