"""The face of edgesieve: the one importable name, `python -m edgesieve`, and the console script."""

from __future__ import annotations

import os
import signal
import sys

_HOME = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - pathlib is slow to load: Ctrl-C must be heard soon
_INTERRUPTED = 130


def _stop_at_once(_number: int, _frame: object) -> None:
    """End without a traceback while modules are loaded: nothing is begun yet that would have to be put away."""
    os.write(2, b"edgesieve: interrupted by Ctrl-C; nothing was begun\n")
    os._exit(_INTERRUPTED)


def _hear_ctrl_c() -> None:
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # in the background of a script it is ignored
        signal.signal(signal.SIGINT, _stop_at_once)


if __name__ == "__main__" or "".join(sys.argv[:1]).endswith("/edgesieve"):
    _hear_ctrl_c()  # the program, not someone's library: from the first moment on


def _stand_beside(name: str) -> None:
    """Refuse a package of another origin: the three names are common, and a stranger's code must not see raw logs."""
    package = __import__(name)
    places = [os.path.realpath(place) for place in getattr(package, "__path__", ())]
    right = os.path.join(_HOME, name)  # noqa: PTH118 - as above
    if places != [right]:
        found = ", ".join(places) or getattr(package, "__file__", None) or "a module built in"
        message = (
            f"edgesieve: the package {name!r} was found at {found}; right would be {right}. "
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
    _hear_ctrl_c()
    from pipeline.cli.app import main as run  # noqa: PLC0415 (library users need no click)

    code = run()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is done is done: the interpreter only puts itself away
    sys.exit(code)


if __name__ == "__main__":
    main()
