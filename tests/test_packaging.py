"""The map in pyproject.toml, the name of the folder platform/, and what no file may hold."""

from __future__ import annotations

import ast
import os
import platform
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = CONFIG["tool"]["setuptools"]
CODE = ("bin/", "catalog/", "platform/", "tools/", "web/")
VENDORED = (
    "web/static/vendor/"  # other people's files, as they came; another test checks their hashes
)

# What runs text as code, reads objects from outside, or trusts what it must not trust.
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "Markup",
    "markupsafe.Markup",
    "os.system",
    "os.popen",
    "yaml.load",
    "yaml.load_all",
    "yaml.full_load",
    "yaml.unsafe_load",
    "tempfile.mktemp",
    "ssl._create_unverified_context",
}
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "shelve", "marshal"}
FORBIDDEN_SETTINGS = {("shell", True), ("verify", False), ("autoescape", False)}
FORBIDDEN_IN_TEMPLATES = re.compile(r"\|\s*safe\b|autoescape\s+false")

# Each with its reason.
ALLOWED = {
    # Conditions become Python's own code objects for speed, from a checked tree and never from text.
    ("platform/expressions/python.py", "compile"),
    ("platform/expressions/python.py", "exec"),
    # Only around texts that stand there; what is put into them is escaped, or made of digits and our own words.
    ("web/pieces.py", "Markup"),
    # Around translations and texts of templates while they are compiled, as Jinja itself does; never a value of a page.
    ("web/folding.py", "Markup"),
}

# Written in parts, so that this file passes its own test.
HOST_PARTS = (
    ("pypi", "org"),
    ("files", "pythonhosted", "org"),
    ("registry", "npmjs", "org"),
    ("registry", "yarnpkg", "com"),
    ("registry", "npmmirror", "com"),
    ("mirrors", "aliyun", "com"),
    ("pypi", "tuna", "tsinghua", "edu", "cn"),
    ("deb", "debian", "org"),
    ("proxy", "golang", "org"),
)
HOSTS = re.compile("|".join(rf"(?<![\w-]){re.escape('.'.join(p))}" for p in HOST_PARTS))
MACHINE_PATHS = re.compile(r"(?<![\w.<}/-])/(?:work|root|home/\w+|Users/\w+)/")


@cache
def text_files() -> dict[str, str]:
    """Return every text file that is, or could next be, in version control."""
    found = {}
    for name in listed_files():
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            raw = path.read_bytes()
            if b"\0" not in raw[:8192]:
                found[name] = raw.decode("utf-8", errors="replace")
    return found


def listed_files() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (ROOT / ".git").exists():
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
        return [name for name in listing.decode().split("\0") if name]
    return [
        path.relative_to(ROOT).as_posix()
        for top in (*CODE, "tests/", "docs/", "lock/", "bench/", "changes/")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


def our_files() -> dict[str, str]:
    return {name: words for name, words in text_files().items() if not name.startswith(VENDORED)}


def lines_with(pattern: re.Pattern[str], names: dict[str, str]) -> list[str]:
    return [
        f"{name}:{number}: {found.group()}"
        for name, words in names.items()
        for number, line in enumerate(words.splitlines(), 1)
        if (found := pattern.search(line))
    ]


def dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            return ""


def forbidden_in(name: str, words: str) -> list[tuple[str, str]]:
    """Return (file, what) for everything in one module that the lists above forbid."""
    found = []
    for node in ast.walk(ast.parse(words, name)):
        match node:
            case ast.Call(func=called, keywords=keywords):
                if dotted(called) in FORBIDDEN_CALLS:
                    found.append((name, dotted(called)))
                for keyword in keywords:
                    if isinstance(keyword.value, ast.Constant) and keyword.arg is not None:
                        setting = (keyword.arg, keyword.value.value)
                        if setting in FORBIDDEN_SETTINGS:
                            found.append((name, f"{setting[0]}={setting[1]}"))
            case ast.Import(names=names):
                imported = {alias.name.partition(".")[0] for alias in names}
                found += [(name, bad) for bad in sorted(imported & FORBIDDEN_IMPORTS)]
            case ast.ImportFrom(module=str(module)):
                if module.partition(".")[0] in FORBIDDEN_IMPORTS:
                    found.append((name, module))
            case _:
                pass
    return found


def is_python(name: str) -> bool:
    return name.endswith(".py") or name == "bin/sopwith"


def test_platform_folder_is_not_a_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert platform.system()


def test_python_still_finds_its_own_platform_in_the_root() -> None:
    program = "import platform, uuid; print(platform.system())"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, platform.system())


def test_every_package_is_in_the_map() -> None:
    found = set()
    for name, folder in SETUPTOOLS["package-dir"].items():
        for init in (ROOT / folder).rglob("__init__.py"):
            found.add(".".join((name, *init.parent.relative_to(ROOT / folder).parts)))
    assert found - set(SETUPTOOLS["packages"]) == set(), "add these to `packages`"
    assert set(SETUPTOOLS["packages"]) - found == set(), "nobody has written these"
    folders = {f"platform/{p.parent.name}" for p in (ROOT / "platform").glob("*/__init__.py")}
    assert folders <= set(SETUPTOOLS["package-dir"].values()), "add these to `package-dir`"


def test_every_file_of_data_goes_into_the_wheel() -> None:
    patterns = SETUPTOOLS["package-data"]
    shipped = {
        path.relative_to(ROOT).as_posix()
        for package, globs in patterns.items()
        for pattern in globs
        for path in (ROOT / SETUPTOOLS["package-dir"][package]).glob(pattern)
        if path.is_file()
    }
    tops = tuple(f"{folder}/" for folder in SETUPTOOLS["package-dir"].values())
    data = {name for name in listed_files() if name.startswith(tops) and is_data(name)}
    assert {"platform/definitions/schemas/rule.json", "web/templates/layout/page.html"} <= data
    assert data - shipped == set(), "add these to `package-data`"


def is_data(name: str) -> bool:
    """Tell whether a file of a package is no module, or is a module that is only read as a file."""
    return not name.endswith(".py") or "/migrations/" in name


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {
        path.parent
        for top in ("platform", "web")
        for path in (ROOT / top).rglob("*.py")
        if "migrations" not in path.parts
    }
    assert [str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").exists()] == []


def test_every_package_has_a_floor() -> None:
    contract = CONFIG["tool"]["importlinter"]["contracts"][0]
    floors = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
    tops = {name.split(".")[1] for name in SETUPTOOLS["package-dir"] if name != "sopwith"}
    assert tops - floors == {"catalog"}


def test_locks_name_versions_and_hashes_only() -> None:
    locks = sorted((ROOT / "lock").glob("*.txt"))
    assert {"run", "dev", "grown", "bench", "tool"} <= {lock.stem for lock in locks}
    for lock in locks:
        words = lock.read_text(encoding="utf-8")
        assert "://" not in words
        assert not re.search(r"^\s*-", words.replace("    --hash=sha256:", ""), re.MULTILINE)
        for entry in re.split(r"\n(?=\S)", words.strip()):
            assert re.match(r"[\w.\-\[\]]+==\S+", entry), entry
            assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("smaller, larger", [("run", "dev"), ("run", "grown"), ("dev", "bench")])
def test_tests_and_benchmarks_run_what_is_shipped(smaller: str, larger: str) -> None:
    assert pins(smaller).items() <= pins(larger).items()


def pins(name: str) -> dict[str, str]:
    words = (ROOT / "lock" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.\-]+)(?:\[[^]]*\])?==([^\s;]+)", words, re.MULTILINE))


def test_no_file_names_a_package_host() -> None:
    assert lines_with(HOSTS, our_files()) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATHS, our_files()) == []


def test_no_code_does_what_is_forbidden() -> None:
    found = {
        finding
        for name, words in our_files().items()
        if name.startswith(CODE) and is_python(name)
        for finding in forbidden_in(name, words)
    }
    assert found - ALLOWED == set()


def test_no_template_trusts_text_from_outside() -> None:
    templates = {n: w for n, w in our_files().items() if n.startswith(CODE) and "/templates/" in n}
    assert lines_with(FORBIDDEN_IN_TEMPLATES, templates) == []


@pytest.mark.parametrize(
    "code, what",
    [
        ("eval('1')", "eval"),
        ("import yaml\nyaml.load(text)", "yaml.load"),
        ("run(command, shell=True)", "shell=True"),
        ("get(url, verify=False)", "verify=False"),
        ("from pickle import loads", "pickle"),
        ("import marshal as m", "marshal"),
        ("Markup(words)", "Markup"),
    ],
)
def test_the_search_for_forbidden_code_finds_it(code: str, what: str) -> None:
    assert forbidden_in("web/x.py", code) == [("web/x.py", what)]


def test_the_search_for_paths_and_hosts_finds_them() -> None:
    home, host = "/".join(("", "root", "")), ".".join(HOST_PARTS[0])
    words = {"a": f"see {home}x and https://{host}/simple", "b": "src='/static/work/x.js'"}
    assert lines_with(MACHINE_PATHS, words) == [f"a:1: {home}"]
    assert lines_with(HOSTS, words) == [f"a:1: {host}"]
    assert FORBIDDEN_IN_TEMPLATES.search("{{ words | safe }}")


def test_change_notes_are_one_sentence_for_an_admin() -> None:
    for note in sorted((ROOT / "changes").glob("*")):
        kind = r"(?:added|changed|fixed|removed|security)"
        assert re.fullmatch(rf"[a-z0-9-]+\.{kind}\.md", note.name), note.name
        words = note.read_text(encoding="utf-8").strip()
        assert re.fullmatch(r"[A-Z][^\n]+[.]", words), note.name


def test_scripts_may_be_run() -> None:
    for name in ("bin/sopwith", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name


WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"psycopg", "redis", "opentelemetry", "pytest"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

LATER = "sopwith.wiring.tracing"  # loaded where spans are wished for
sys.meta_path.insert(0, Missing())
import importlib, pkgutil, sopwith
for one in pkgutil.walk_packages(sopwith.__path__, "sopwith."):
    if not one.name.endswith("__main__") and ".migrations" not in one.name and one.name != LATER:
        importlib.import_module(one.name)
"""


def test_the_product_starts_without_the_packages_that_only_some_need() -> None:
    """``make run`` has neither the driver of PostgreSQL nor that of Redis; the tests have both."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
