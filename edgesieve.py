"""The face of edgesieve: the one importable name, `python -m edgesieve`, and the console script."""

from __future__ import annotations

import sys
from pathlib import Path

_HOME = Path(__file__).resolve().parent


def _stand_beside(name: str) -> None:
    """Refuse a package of another origin: the three names are common, and a stranger's code must not see raw logs."""
    package = __import__(name)
    places = [Path(place).resolve() for place in getattr(package, "__path__", ())]
    if places != [_HOME / name]:
        found = ", ".join(map(str, places)) or getattr(package, "__file__", None) or "a module built in"
        message = (
            f"edgesieve: the package {name!r} was found at {found}; right would be {_HOME / name}. "
            "Another distribution ships the same name, or PYTHONPATH or the working folder holds one: "
            "install edgesieve into an environment of its own."
        )
        raise ImportError(message)


for _name in ("redactors", "detectors", "pipeline"):
    _stand_beside(_name)

from pipeline import __version__  # noqa: E402 (only after the guard)

__all__ = ["__version__", "main"]


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    from pipeline.cli.app import main as run  # noqa: PLC0415 (library users need no click)

    sys.exit(run())


if __name__ == "__main__":
    main()
