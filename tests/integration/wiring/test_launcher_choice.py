"""bin/sopwith brings the drivers that the settings need, wherever they are written."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def launcher() -> ModuleType:
    loader = SourceFileLoader("launcher_of_sopwith", str(ROOT / "bin" / "sopwith"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("environment", "text", "name"),
    [
        pytest.param({}, "", "run", id="nothing is set"),
        pytest.param({"SOPWITH_DATABASE_URL": "postgresql://db/x"}, "", "grown", id="variable"),
        pytest.param({"SOPWITH_BROKER_URL": "amqp://b"}, "", "grown", id="broker"),
        pytest.param({"SOPWITH_DATABASE_URL": "sqlite:////x"}, "", "run", id="SQLite"),
        pytest.param({"SOPWITH_DATABASE_URL": "file:/run/x"}, "", "grown", id="reference"),
        pytest.param({}, 'database_url = "postgresql://db/x"', "grown", id="file"),
        pytest.param({}, "database_url = ", "run", id="broken file"),
        pytest.param(
            {"SOPWITH_DATABASE_URL": "sqlite:////x"},
            'database_url = "postgresql://db/x"',
            "run",
            id="the variable goes over the file",
        ),
    ],
)
def test_the_environment_fits_the_settings(
    launcher: ModuleType, tmp_path: Path, environment: Mapping[str, str], text: str, name: str
) -> None:
    file = tmp_path / "sopwith.toml"
    file.write_text(text)
    found, command = launcher.choose(["up"], {**environment, "SOPWITH_SETTINGS": str(file)})
    assert (found, command) == (name, ["-m", "sopwith", "up"])
