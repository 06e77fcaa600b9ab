"""Runs the sopwith command: python -m sopwith."""

from __future__ import annotations

from sopwith.cli.main import main

if __name__ == "__main__":
    main(prog_name="sopwith")
