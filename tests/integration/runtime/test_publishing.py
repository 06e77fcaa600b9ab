"""Two who publish at the same moment: the second is told, nothing of the first is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from sopwith.runtime.publishing import OvertakenError, publish
from sopwith.runtime.releases import compile_files, hash_of
from sopwith.store.releases import live_hash
from tests.integration.runtime.world import World
from tests.support.small_process import files

_MESSAGE = """kind: message_template
id: NAME
record_type: ticket
title: {en: NAME}
audience: customer
subject: {en: Hello}
body: {en: Hello}
"""


def with_message(name: str) -> dict[str, str]:
    return {**files(), f"small/{name}.yaml": _MESSAGE.replace("NAME", name)}


def in_force(world: World) -> str | None:
    with world.database.reading() as connection:
        return live_hash(connection)


def test_of_two_publishers_with_the_same_base_one_is_refused(world: World) -> None:
    base, meet = in_force(world), Barrier(2)

    def attempt(name: str) -> str:
        meet.wait()
        try:
            release, found = publish(world.service, with_message(name), author=None, note=name, expected=base)  # fmt: skip
        except OvertakenError as error:
            return f"overtaken by {error.live}"
        assert release is not None, [one.render("en") for one in found]
        return release.hash

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(attempt, ["hello", "goodbye"]), key=len)
    assert first == in_force(world)
    assert second == f"overtaken by {first}"


def test_who_expects_nothing_in_force_is_refused_where_something_is(world: World) -> None:
    before = in_force(world)
    with pytest.raises(OvertakenError) as caught:
        publish(world.service, with_message("hello"), author=None, note="", expected=None)
    assert caught.value.live == before
    assert in_force(world) == before


def test_what_was_compiled_for_the_check_is_what_comes_into_force(world: World) -> None:
    wanted = with_message("hello")
    checked, _found = compile_files(wanted)
    assert checked is not None
    release, found = publish(world.service, wanted, author=None, note="", checked=checked)
    assert release is checked and found == ()
    assert in_force(world) == hash_of(wanted)
    assert world.service.releases.live() is checked


def test_what_was_compiled_of_other_files_does_not_count(world: World) -> None:
    other, _found = compile_files(with_message("goodbye"))
    wanted = with_message("hello")
    release, _found = publish(world.service, wanted, author=None, note="", checked=other)
    assert release is not None and "hello" in release.templates
    assert in_force(world) == release.hash == hash_of(wanted)


def test_files_with_errors_are_refused_whatever_was_compiled_before(world: World) -> None:
    before = in_force(world)
    checked, _found = compile_files(with_message("hello"))
    broken = with_message("hello") | {"small/broken.yaml": "kind: view\n"}
    release, found = publish(world.service, broken, author=None, note="", checked=checked)
    assert release is None and found
    assert in_force(world) == before
