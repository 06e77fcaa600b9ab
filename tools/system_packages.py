"""Install what the browser tests need from Debian's packages: Chromium and a Chinese font."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
CJK_FONTS = ("*CJK*", "*wqy*", "*SourceHan*", "*DroidSansFallback*")


def missing() -> list[str]:
    """Return the Debian packages that are needed and not there."""
    wanted = []
    if not any(shutil.which(name) for name in BROWSERS):
        wanted.append("chromium")
    fonts = (font for folder in FONT_FOLDERS for name in CJK_FONTS for font in folder.rglob(name))
    if not any(fonts):
        wanted.append("fonts-noto-cjk")
    return wanted


def install(packages: list[str]) -> int:
    """Install *packages* with apt-get; return its exit code."""
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    update = subprocess.run([*get, "update"], env=environ, stdin=subprocess.DEVNULL, check=False)
    if update.returncode:
        print("system: apt-get update failed; trying with the lists that are there", flush=True)
    command = [*get, "install", "-y", "--no-install-recommends", *packages]
    done = subprocess.run(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
    )
    return done.returncode


def main() -> int:
    """Install what is missing, or say what to install; return 0 when all is there."""
    packages = missing()
    if not packages:
        return 0
    names = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"system: the browser tests need {names}. On Debian or Ubuntu run:")
        print(f"    sudo apt-get install --no-install-recommends {names}")
        print("Elsewhere install Chromium and a Chinese font, then start again.")
        return 1
    print(f"system: installing {names} with apt-get", flush=True)
    if install(packages) or missing():
        print(f"system: apt-get could not install {names}; its words are above.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
