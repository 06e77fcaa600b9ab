"""Export, plan and apply: files and what is in force say the same, byte for byte, and nothing goes by accident."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopwith.cli.main import main
from sopwith.definitions import read_text
from sopwith.runtime.pack_folders import PackFolderError, read_packs, write_packs
from sopwith.runtime.publishing import publish
from sopwith.runtime.releases import hash_of
from sopwith.store.audit import entries
from sopwith.wiring.build import open_service
from sopwith.wiring.settings import read_settings
from tests.support.shipped import shipped_files

MANY = 200 if os.environ.get("SOPWITH_FULL") else 15
NOTE = ("--note", "From files")
SECRETS = ("sopwith-demo", "SOPWITH_", "password:", "Bearer ", "BEGIN PRIVATE")


def run(*words: str, data: Path, give: str = "") -> Result:
    return CliRunner().invoke(
        main, [*words, "--data", str(data)], input=give, env={"SOPWITH_DATABASE_URL": ""}
    )


def said(*words: str, data: Path, code: int = 0) -> Any:
    result = run(*words, "--json", data=data)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation without anything in force."""
    folder = tmp_path / "data"
    open_service(read_settings({}, data=folder)).database.close()
    return folder


@pytest.fixture
def installed(data: Path) -> Path:
    """An installation with two shipped packs in force."""
    service = open_service(read_settings({}, data=data))
    files = {name: text for name, text in shipped_files().items() if name.startswith(("base/", "it_"))}  # fmt: skip
    release, found = publish(service, files, author=None, note="First")
    assert release is not None, [one.render("en") for one in found]
    service.database.close()
    return data


@pytest.fixture
def folder(installed: Path, tmp_path: Path) -> Path:
    """What is in force, exported."""
    there = tmp_path / "definitions"
    assert run("export", str(there), data=installed).exit_code == 0
    return there


def odd_files() -> dict[str, str]:
    """Return all shipped packs as people may have written them: CRLF, comments, BOM, JSON beside YAML."""
    files = dict(shipped_files())
    for name in [one for one in files if one.startswith("base/") and one.endswith(".yaml")]:
        files[name] = files[name].replace("\n", "\r\n")
    readme = "complaint_heat/README.zh-CN.md"
    files[readme] = files[readme].replace("\n", "\r\n") + "\t \r\n\r\n"
    forms = "it_request/forms.yaml"
    files[forms] = "\ufeff# 说明 ⚙\n\n\n" + files[forms].rstrip("\n")
    teams = "software_p0p3/teams.yaml"
    for document in read_text(files.pop(teams), teams)[0]:
        text = json.dumps(document.value, ensure_ascii=False, indent=3)
        files[f"software_p0p3/teams/{document.id}.json"] = text
    return files


def test_what_was_exported_comes_back_byte_for_byte(data: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    files = odd_files()
    write_packs(first, files)
    assert {name: text.encode() for name, text in files.items()} == bytes_in(first)
    done = said("apply", str(first), *NOTE, "--yes", data=data)
    assert done["published"] and done["from"] == "" and done["to"] == hash_of(files)
    assert said("export", str(second), data=data)["release"] == hash_of(files)
    assert bytes_in(second) == bytes_in(first)
    again = said("plan", str(second), data=data)
    assert again["same"] and again["definitions"] == []
    assert not any(word in text for text in files.values() for word in SECRETS)


_MENDS = st.sampled_from(
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"# {text[:7]!r} 注释\n{text}",
        lambda text: f"{text}\n\n\t\n",
        lambda text: text.rstrip("\n"),
        lambda text: f"\ufeff{text}",
        lambda text: text.replace("en", "en\u0301\U0001f600", 1),
        lambda text: text.replace("\n", "\r", 1),
        lambda text: "",
    ]
)


@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_text_survives_the_disk(data: st.DataObject, tmp_path_factory: Any) -> None:
    files = dict(shipped_files())
    for name in data.draw(st.lists(st.sampled_from(sorted(files)), max_size=8)):
        files[name] = data.draw(_MENDS)(files[name])
    more = st.text(st.characters(codec="utf-8"), max_size=200)
    files["base/extra/more.json"] = data.draw(more)
    there = tmp_path_factory.mktemp("packs")
    write_packs(there, files)
    back = read_packs(there)
    assert dict(back.files) == files and back.only == "" and back.passed_over == ()
    again = write_packs(there, files)
    assert again.written == () and again.same == len(files) and again.left == ()


def test_a_plan_names_every_change_and_applies(folder: Path, installed: Path) -> None:
    teams = folder / "it_request" / "teams.yaml"
    before = teams.read_text(encoding="utf-8")
    team = read_text(before, "teams.yaml")[0][0]
    title = str(team.value["title"]["en"])
    teams.write_text(before.replace(title, "Helpers", 1) + "\n# why\n", encoding="utf-8")
    found = said("plan", str(folder), data=installed, code=1)
    [one] = found["definitions"]
    assert (one["kind"], one["id"], one["change"]) == ("team", team.id, "changed")
    assert one["parts"] == [
        {"path": ["title", "en"], "change": "changed", "before": title, "after": "Helpers"}
    ]
    assert found["files"]["changed"] == ["it_request/teams.yaml"] and found["errors"] == 0
    text = run("plan", str(folder), data=installed)
    assert text.exit_code == 1 and f'title > en: "{title}" → "Helpers"' in text.output
    assert run("apply", str(folder), *NOTE, data=installed, give="n\n").exit_code == 1
    assert said("plan", str(folder), data=installed, code=1)["from"] == found["from"]
    done = run("apply", str(folder), *NOTE, data=installed, give="y\n")
    assert done.exit_code == 0, done.output
    assert said("plan", str(folder), data=installed)["from"] == found["to"]
    again = run("apply", str(folder), *NOTE, "--yes", data=installed)
    assert again.exit_code == 0 and "Nothing would change" in again.output
    service = open_service(read_settings({}, data=installed))
    with service.database.reading() as connection:
        noted = [one for one in entries(connection, limit=9) if one.action == "release.publish"]
    service.database.close()
    assert [one.target for one in noted] == [found["to"]]


def test_only_a_comment_is_a_change_of_the_files_alone(folder: Path, installed: Path) -> None:
    with (folder / "base" / "rules.yaml").open("a", encoding="utf-8") as file:
        file.write("# one more\n")
    found = said("plan", str(folder), data=installed, code=1)
    assert found["definitions"] == [] and not found["same"]
    assert "only comments" in run("plan", str(folder), data=installed).output


def test_what_is_missing_goes_only_when_told(folder: Path, installed: Path) -> None:
    for path in sorted((folder / "it_request").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (folder / "it_request").rmdir()
    stopped = run("apply", str(folder), *NOTE, "--yes", data=installed)
    assert stopped.exit_code == 1 and "--prune or --keep" in stopped.output
    assert said("plan", str(folder), data=installed, code=1)["not_in_folder"]
    kept = said("apply", str(folder), *NOTE, "--yes", "--keep", data=installed)
    assert kept["same"] and not kept["published"]
    gone = said("apply", str(folder), *NOTE, "--yes", "--prune", data=installed)
    assert gone["published"] and len(gone["files"]["removed"]) == len(gone["not_in_folder"])
    assert run("apply", str(folder), *NOTE, "--prune", "--keep", data=installed).exit_code == 2


def test_the_folder_of_one_pack_is_about_that_pack_alone(folder: Path, installed: Path) -> None:
    own = folder / "it_request"
    assert said("plan", str(own), data=installed)["same"]
    (own / "README.md").write_text("# Other\n", encoding="utf-8")
    found = said("apply", str(own), *NOTE, "--yes", data=installed)
    assert found["published"] and found["files"]["changed"] == ["it_request/README.md"]
    assert found["files"]["removed"] == []


def test_ids_that_are_taken_are_settled_as_told(tmp_path: Path, installed: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "pack.yaml").write_text("kind: pack\nid: own\nversion: 1.0.0\ntitle: {en: X, zh-CN: X}\ndescription: {en: X, zh-CN: X}\n")  # fmt: skip
    (own / "teams.yaml").write_text("kind: team\nid: it-desk\ntitle: {en: Ours, zh-CN: 我们}\n")
    plan = run("plan", str(own), data=installed)
    assert plan.exit_code == 1
    assert "--on-clash replace, keep or copy decides" in plan.output
    stopped = run("apply", str(own), *NOTE, "--yes", data=installed)
    assert stopped.exit_code == 1
    found = said("plan", str(own), "--on-clash", "copy", data=installed, code=1)
    assert [(one["id"], one["how"], one["new"]) for one in found["clashes"]] == [("it-desk", "copy", "it-desk-2")]  # fmt: skip
    assert found["errors"] == 0
    assert run("apply", str(own), *NOTE, "--yes", "--on-clash", "copy", data=installed).exit_code == 0  # fmt: skip
    again = said("plan", str(own), "--on-clash", "copy", data=installed)
    assert again["same"], "the same answer leads to the same files"


def test_errors_keep_it_from_being_published(folder: Path, installed: Path) -> None:
    teams = folder / "it_request" / "teams.yaml"
    teams.write_text(teams.read_text(encoding="utf-8") + "nonsense: 1\n", encoding="utf-8")
    found = said("plan", str(folder), data=installed, code=1)
    assert found["errors"] == 1 and found["findings"][0]["line"] > 1
    result = run("apply", str(folder), *NOTE, "--yes", data=installed)
    assert result.exit_code == 1 and "mend the errors" in result.output
    assert said("plan", str(folder), data=installed, code=1)["from"] == found["from"]


def test_somebody_elses_release_is_not_overwritten(folder: Path, installed: Path) -> None:
    (folder / "base" / "README.md").write_text("# Mine\n", encoding="utf-8")
    result = run("apply", str(folder), *NOTE, "--yes", "--expect", "0000", data=installed)
    assert result.exit_code == 1 and "somebody published meanwhile" in result.output
    now = said("plan", str(folder), data=installed, code=1)["from"]
    assert said("apply", str(folder), *NOTE, "--yes", "--expect", now[:8], data=installed)["published"]  # fmt: skip
    old = said("plan", str(folder), "--release", now[:12], data=installed, code=1)
    assert old["from"] == now and old["files"]["changed"] == ["base/README.md"]


def test_export_overwrites_and_deletes_only_when_told(folder: Path, installed: Path) -> None:
    changed, extra = folder / "base" / "README.md", folder / "base" / "old.yaml"
    changed.write_text("mine", encoding="utf-8")
    extra.write_text("# old\n", encoding="utf-8")
    stopped = run("export", str(folder), data=installed)
    assert stopped.exit_code == 1 and "base/README.md" in stopped.output
    assert changed.read_text(encoding="utf-8") == "mine"
    done = said("export", str(folder), "--overwrite", data=installed)
    assert done["written"] == ["base/README.md"] and done["left"] == ["base/old.yaml"]
    gone = said("export", str(folder), "--overwrite", "--prune", data=installed)
    assert gone["deleted"] == ["base/old.yaml"] and not extra.exists()


def test_nothing_is_written_outside_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    there = tmp_path / "there"
    there.mkdir()
    (there / "base").symlink_to(outside)
    with pytest.raises(PackFolderError, match="leads out"):
        write_packs(there, {"base/a.yaml": "x"}, overwrite=True)
    for name in ("../a.yaml", "/a/b.yaml", "a/../../b.yaml", "a/.hidden.yaml", "a\\b/c.yaml", "a/b.sh", "alone.yaml"):  # fmt: skip
        with pytest.raises(PackFolderError, match="cannot be written"):
            write_packs(there, {name: "x"}, overwrite=True)
    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_read_says_why(tmp_path: Path, data: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no pack in" in run("plan", str(empty), data=data).output
    pack = tmp_path / "packs" / "mine"
    pack.mkdir(parents=True)
    (pack / "pack.yaml").write_bytes(b"kind: pack\nid: \xff\n")
    assert "UTF-8" in run("plan", str(pack.parent), data=data).output
    assert run("export", str(tmp_path / "x"), data=data).exit_code == 1
    assert run("plan", str(tmp_path / "none"), data=data).exit_code == 2
