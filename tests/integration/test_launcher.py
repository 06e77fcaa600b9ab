"""bin/sopwith sets a bare clone up by itself, once, and only with files whose hash is right.

The clones here are small, and their one package is a wheel made on the spot: no network is used.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = """
[tool.setuptools]
packages = ["sopwith", "sopwith.core", "sopwith.rules"]
[tool.setuptools.package-dir]
"sopwith" = "platform/sopwith"
"sopwith.core" = "platform/core"
"sopwith.rules" = "platform/rules"
"""
MAIN = """
import sys, tiny, sopwith.core
print(tiny.VERSION, *sys.argv[1:])
sys.exit(3 if "--fail" in sys.argv else 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallClone:
    root: Path
    wheels: Path

    def write(self, name: str, words: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)

    def lock(self, version: str, digest: str) -> None:
        self.write("lock/run.txt", f"tiny=={version} \\\n    --hash=sha256:{digest}\n")

    def environ(self) -> dict[str, str]:
        kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        cache = str(self.root.parent / "cache")
        offline = {"UV_OFFLINE": "1", "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(self.wheels)}
        return {**kept, **offline, "UV_CACHE_DIR": cache}

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(self.root / "bin" / "sopwith"), *arguments],
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, *arguments: str) -> tuple[int, str, str]:
        process = self.begin(*arguments)
        out, words = process.communicate(timeout=60)
        return process.returncode, out.strip(), words


def make_wheel(folder: Path, version: str) -> str:
    """Write the wheel of the package tiny; return the hash of the file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"tiny-{version}-py3-none-any.whl"
    info = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny.py", f"VERSION = {version!r}\n")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        files = ("tiny.py", f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD")
        wheel.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in files))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def clone(tmp_path: Path) -> SmallClone:
    """A clone that was never started, but for the installer, which would come by the network."""
    made = SmallClone(root=tmp_path / "clone", wheels=tmp_path / "wheels")
    for name in ("bin/sopwith", "tools/linktree.py", "lock/tool.txt"):
        (made.root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, made.root / name)
    assert (ROOT / ".venv-tool").is_dir(), "start the tests with: bin/sopwith --dev -m pytest"
    (made.root / ".venv-tool").symlink_to(ROOT / ".venv-tool")
    made.write("pyproject.toml", PROJECT)
    made.write("platform/sopwith/__init__.py", "")
    made.write("platform/sopwith/__main__.py", MAIN)
    made.write("platform/core/__init__.py", "")
    made.lock("1.0", make_wheel(made.wheels, "1.0"))
    return made


def test_first_start_sets_up_and_the_second_is_silent(clone: SmallClone) -> None:
    code, out, words = clone.start("up", "--demo")
    assert (code, out) == (0, "1.0 up --demo"), words
    assert words.count("making .venv ") == 1
    assert clone.start("again") == (0, "1.0 again", "")


def test_exit_code_of_the_command_comes_through(clone: SmallClone) -> None:
    assert clone.start("--fail")[0] == 3


def test_two_starts_at_once_set_up_once(clone: SmallClone) -> None:
    both = [clone.begin("one"), clone.begin("two")]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [out.strip() for out, _ in outputs] == ["1.0 one", "1.0 two"]
    assert "".join(words for _, words in outputs).count("making .venv ") == 1


def test_file_with_another_hash_is_never_installed(clone: SmallClone) -> None:
    good = clone.root.joinpath("lock/run.txt").read_text()
    clone.lock("1.0", "0" * 64)
    code, out, words = clone.start("up")
    assert (code, out) == (1, "")
    assert "set-up failed" in words
    assert "start again" in words
    assert "Traceback" not in words
    clone.write("lock/run.txt", good)
    assert clone.start("up")[:2] == (0, "1.0 up")


def test_changed_list_is_installed_at_the_next_start(clone: SmallClone) -> None:
    clone.start()
    mark = clone.root / ".venv" / "mark"
    mark.touch()
    clone.lock("2.0.0", make_wheel(clone.wheels, "2.0.0"))  # longer, for Python's own cache
    assert clone.start()[:2] == (0, "2.0.0")
    assert mark.exists(), "the environment was made anew under a program that may run from it"


def test_new_package_of_the_map_is_linked_at_the_next_start(clone: SmallClone) -> None:
    clone.start()
    clone.write("platform/rules/__init__.py", "")
    clone.write("platform/sopwith/__main__.py", "import sopwith.rules.plan\nprint('found')\n")
    clone.write("platform/rules/plan.py", "")
    assert clone.start()[:2] == (0, "found")


def test_interrupted_set_up_is_done_again(clone: SmallClone) -> None:
    clone.start()
    (clone.root / ".venv" / ".sopwith-packages").unlink()
    shutil.rmtree(next((clone.root / ".venv").glob("lib/python*/site-packages/tiny-1.0.dist-info")))
    assert clone.start()[:2] == (0, "1.0")


def launcher() -> ModuleType:
    loader = SourceFileLoader("sopwith_launcher", str(ROOT / "bin" / "sopwith"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        pytest.param(["up"], {}, ("run", ["-m", "sopwith", "up"]), id="run"),
        pytest.param(
            ["--dev", "-m", "pytest", "-x"], {}, ("dev", ["-m", "pytest", "-x"]), id="dev"
        ),
        pytest.param(["--bench", "-m", "bench"], {}, ("bench", ["-m", "bench"]), id="bench"),
        pytest.param(["--grown", "up"], {}, ("grown", ["-m", "sopwith", "up"]), id="grown"),
        pytest.param(
            ["up"],
            {"SOPWITH_DATABASE_URL": "postgresql+psycopg://db/sopwith"},
            ("grown", ["-m", "sopwith", "up"]),
            id="PostgreSQL by its address",
        ),
        pytest.param(
            ["worker"],
            {"SOPWITH_BROKER_URL": "redis://cache/0"},
            ("grown", ["-m", "sopwith", "worker"]),
            id="Redis by its address",
        ),
        pytest.param(
            ["up"],
            {"SOPWITH_DATABASE_URL": "sqlite:///var/sopwith.db"},
            ("run", ["-m", "sopwith", "up"]),
            id="SQLite needs no driver",
        ),
        pytest.param(
            ["check", "--dev"], {}, ("run", ["-m", "sopwith", "check", "--dev"]), id="not first"
        ),
    ],
)
def test_environment_is_chosen_by_the_first_argument_or_the_addresses(
    arguments: list[str], environ: dict[str, str], expected: tuple[str, list[str]]
) -> None:
    assert launcher().choose(arguments, environ) == expected


def test_pip_settings_for_index_and_certificates_serve_uv() -> None:
    settings = launcher()._network({"PIP_INDEX_URL": "https://mirror.test", "PIP_CERT": "ca.pem"})
    assert settings == {"UV_DEFAULT_INDEX": "https://mirror.test", "SSL_CERT_FILE": "ca.pem"}
    own = {"PIP_INDEX_URL": "https://mirror.test", "UV_DEFAULT_INDEX": "https://own.test"}
    assert "UV_DEFAULT_INDEX" not in launcher()._network(own)


def test_mirror_that_was_set_in_the_file_of_pip_serves_uv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://mirror.test/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.setattr(sys, "executable", python_with_pip())
    settings = launcher()._network({})
    assert settings["UV_DEFAULT_INDEX"] == "https://mirror.test/simple"


def python_with_pip() -> str:
    """Return the Python of this machine, since the environment of the tests has no pip."""
    home = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    done = subprocess.run([str(home), "-m", "pip", "--version"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this machine has no pip")
    return str(home)
