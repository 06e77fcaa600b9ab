"""Fetch the front-end files that web/static/vendor.toml names, and check them against its hashes.

python3 tools/vendor.py           fetch by npm, check, write into web/static
python3 tools/vendor.py --print   print the hashes instead of checking them, for a new version
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parent.parent / "web" / "static"
SHAPES = re.compile(r'<(?:path|circle|rect|line|polyline)\b(?![^>]*stroke="none")[^>]*/>')


def main(arguments: list[str]) -> int:
    """Return 0 when every file is as its hash says."""
    listed = tomllib.loads((STATIC / "vendor.toml").read_text(encoding="utf-8"))
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for entry in listed["file"]:
            tree = unpack(entry["package"], entry["version"], Path(folder))
            content = (
                sprite(tree, entry) if "icons" in entry else (tree / entry["file"]).read_bytes()
            )
            digest = hashlib.sha256(content).hexdigest()
            if "--print" in arguments:
                print(f'{entry["target"]}: sha256 = "{digest}"')
            elif digest != entry["sha256"]:
                print(f"{entry['target']}: the hash is {digest}, not what vendor.toml says")
                wrong += 1
                continue
            target = STATIC / entry["target"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return 1 if wrong else 0


def unpack(package: str, version: str, folder: Path) -> Path:
    """Return the folder into which npm's package was unpacked."""
    target = folder / f"{package.replace('/', '-').lstrip('@')}-{version}"
    if not target.exists():
        command = ["npm", "pack", "--silent", f"{package}@{version}"]
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(folder / done.stdout.split()[-1]) as archive:
            archive.extractall(target, filter="data")
    return target / "package"


def sprite(tree: Path, entry: dict[str, Any]) -> bytes:
    """Return one SVG with a symbol for each icon that is listed, by name."""
    symbols = []
    for name in sorted(set(entry["icons"])):
        words = (tree / entry["file"] / f"{name}.svg").read_text(encoding="utf-8")
        shapes = "".join(SHAPES.findall(words))
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    head = '<svg xmlns="http://www.w3.org/2000/svg">'
    return "\n".join([head, *symbols, "</svg>", ""]).encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
