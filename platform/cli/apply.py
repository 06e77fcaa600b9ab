"""``sopwith apply DIR``: the definitions in a folder become the release in force."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..core.events import SYSTEM, Actor
from ..runtime.publishing import OvertakenError, publish
from ..runtime.service import Service
from ..store.audit import note as audit_note
from ..store.people import user_by_login
from .export import released
from .people import DATA, opened
from .plan import FOLDER, KEEP, LANG, ON_CLASH, PRUNE, Wish, as_json, both_asked, tell, wish_of

LONGEST_NOTE = 500


@click.command()
@FOLDER
@click.option("--note", required=True, help="What changes, and why; shown in the list of releases.")
@click.option("--by", "login", default="", help="The login of whoever publishes.")
@click.option("--expect", default="", help="Only if the hash in force begins so: nothing of others is lost.")  # fmt: skip
@PRUNE
@KEEP
@ON_CLASH
@click.option("--yes", is_flag=True, help="Do not ask.")
@LANG
@click.option("--json", "json_out", is_flag=True, help="Say what was done as JSON; needs --yes.")
@DATA
@click.pass_context
def apply(
    context: click.Context,
    folder: Path,
    note: str,
    login: str,
    expect: str,
    prune: bool,
    keep: bool,
    on_clash: str | None,
    yes: bool,
    lang: str,
    json_out: bool,
    data: Path | None,
) -> None:
    """Publish the definitions in DIR as one release: a folder of packs, or one pack's folder.

    Shows the plan and asks first. What is in force and not in DIR stops it, unless --prune lets it go or
    --keep lets it stay. Records that run stay on their release. Ends with 0 when DIR is in force
    afterwards, 1 when it is not, 2 when it was called wrongly.

    Example: sopwith apply definitions --note "Ask for the order number" --yes
    """
    both_asked(prune, keep)
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE:
        raise click.BadParameter(f"say it in 1 to {LONGEST_NOTE} characters", param_hint="--note")
    if json_out and not yes:
        raise click.UsageError("--json needs --yes: nobody could answer.")
    with opened(data) as service:
        against, before = released(service)
        if expect and not against.startswith(expect.lower()):
            raise click.ClickException(f"The release in force is {against[:12] or 'none'}, not {expect}: somebody published meanwhile.")  # fmt: skip
        found = wish_of(folder, against, before, keep=keep, on_clash=on_clash)
        if not json_out:
            for line in tell(found, lang, prune=prune, keep=keep):
                click.echo(line)
        done = _carry_out(service, found, note, login, prune=prune, keep=keep, yes=yes)
    if json_out:
        click.echo(json.dumps(as_json(found) | {"published": done}, ensure_ascii=False, indent=2))
    context.exit(0 if done or _in_force(found) else 1)


def _in_force(wish: Wish) -> bool:
    return wish.plan.is_same and not wish.plan.is_broken


def _carry_out(
    service: Service, wish: Wish, note: str, login: str, *, prune: bool, keep: bool, yes: bool
) -> bool:
    """Publish what is planned; return whether it was."""
    if wish.plan.is_same:
        return False
    if wish.plan.is_broken:
        click.echo("Nothing is published: mend the errors first.", err=True)
        return False
    if wish.missing and not prune and not keep:
        click.echo("Nothing is published: files that are in force are not in DIR. Give --prune or --keep.", err=True)  # fmt: skip
        return False
    who = _who(service, login)
    if not yes:
        click.confirm("Publish this?", abort=True, err=True)
    try:
        release, _found = publish(
            service, wish.plan.after, author=who.id, note=note, expected=wish.release or None
        )
    except OvertakenError as error:
        raise click.ClickException("Another release was published meanwhile. Look at the plan again.") from error  # fmt: skip
    if release is None:
        raise click.ClickException("Nothing is published: the definitions have errors.")
    with service.database.writing() as connection:
        body = {"note": note, "files": len(wish.plan.after)}
        audit_note(connection, who, "release.publish", release.hash, service.clock.now(), body)
    click.echo(f"Release {release.hash[:12]} is in force.", err=True)
    return True


def _who(service: Service, login: str) -> Actor:
    if not login:
        return SYSTEM
    with service.database.reading() as connection:
        found = user_by_login(connection, login)
    if found is None:
        raise click.ClickException(f"There is no account {login}.")
    return Actor("user", found.id, found.roles, frozenset(), found.name)
