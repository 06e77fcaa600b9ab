"""Install what the tests need from Debian's packages: Chromium with a Chinese font, Redis and RabbitMQ.

The servers are only installed: no service is started, each test starts its own and stops it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
CJK_FONTS = ("*CJK*", "*wqy*", "*SourceHan*", "*DroidSansFallback*")
SERVERS = {
    "redis-server": (Path("/usr/bin/redis-server"), Path("/usr/local/bin/redis-server")),
    "rabbitmq-server": (Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),),
}
POLICY = Path("/usr/sbin/policy-rc.d")
NO_SERVICE = (
    "#!/bin/sh\n# Written by Sopwith's tools/system_packages.py for one installation.\nexit 101\n"
)
WHY = {
    "chromium": "the browser tests drive it",
    "fonts-noto-cjk": "the pictures of the browser tests show Chinese",
    "redis-server": "the tests of several processes send work through it",
    "rabbitmq-server": "the same tests once more, through the other broker",
}


def missing() -> list[str]:
    """Return the Debian packages that are needed and not there."""
    wanted = []
    if not any(shutil.which(name) for name in BROWSERS):
        wanted.append("chromium")
    fonts = (font for folder in FONT_FOLDERS for name in CJK_FONTS for font in folder.rglob(name))
    if not any(fonts):
        wanted.append("fonts-noto-cjk")
    for package, places in SERVERS.items():
        if not any(place.exists() for place in places):
            wanted.append(package)
    return wanted


def install(packages: list[str]) -> int:
    """Install *packages* with apt-get and start no service; return its exit code."""
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    update = subprocess.run([*get, "update"], env=environ, stdin=subprocess.DEVNULL, check=False)
    if update.returncode:
        print("system: apt-get update failed; trying with the lists that are there", flush=True)
    command = [*get, "install", "-y", "--no-install-recommends", *packages]
    with no_services():
        done = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )
    return done.returncode


@contextlib.contextmanager
def no_services(policy: Path = POLICY) -> Iterator[None]:
    """Keep Debian's packages from starting their services; a rule that the machine has already is kept."""
    try:
        with policy.open("x", encoding="ascii") as file:
            file.write(NO_SERVICE)
    except FileExistsError:
        yield
        return
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def main() -> int:
    """Install what is missing, or say what to install and why; return 0 when all is there."""
    packages = missing()
    if not packages:
        return 0
    names = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"system: the tests need {names}:")
        for package in packages:
            print(f"    {package}: {WHY[package]}")
        print("On Debian or Ubuntu run:")
        print(f"    sudo apt-get install --no-install-recommends {names}")
        print("Elsewhere install the same from your system's packages, then start again.")
        return 1
    reasons = "; ".join(f"{package}: {WHY[package]}" for package in packages)
    print(f"system: installing with apt-get, without starting a service ({reasons})", flush=True)
    if install(packages) or missing():
        print(f"system: apt-get could not install {names}; its words are above.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
