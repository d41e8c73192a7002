"""Fuzzing with a time box, by coverage where atheris is there: `python -m tests.attack.fuzz [SECONDS] [TARGET]…`.

Each target runs in a process of its own, for its share of the time; an input that breaks one is kept in a folder that
is told. Exit code 0: nothing broke.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

SECONDS = 60
NAMES = ("url", "headers", "text", "codec")
_TARGETS = "tests.attack.fuzz_targets"


def _pieces() -> list[bytes]:
    """Return what usually breaks things, to put inputs together from."""
    return [piece.encode() for piece in importlib.import_module("tests.attack.pathological").PIECES]


def _guided(name: str, seconds: int) -> None:
    """Fuzz one target, guided by coverage; the process ends with it."""
    atheris = importlib.import_module("atheris")
    # It says a line for each module.
    with redirect_stderr(StringIO()), atheris.instrument_imports(include=["redactors", "pipeline"]):
        targets = importlib.import_module(_TARGETS)
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    words = ["".join(f"\\x{byte:02x}" for byte in piece) for piece in _pieces()]
    (folder / "words").write_text("".join(f'"{word}"\n' for word in words))
    sys.stderr.write(f"inputs that break {name} are kept in {folder}\n")
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={targets.LONGEST}",
        f"-artifact_prefix={folder}/",
        "-timeout=20",
    ]
    atheris.Setup([sys.argv[0], *options, f"-dict={folder}/words", "-verbosity=0"], targets.TARGETS[name])
    atheris.Fuzz()


def _blind(name: str, seconds: int) -> None:
    """Feed one target random pieces, until the time is over."""
    target = importlib.import_module(_TARGETS).TARGETS[name]
    pieces = _pieces()
    chance, end = random.Random(name), time.monotonic() + seconds  # noqa: S311 - made-up values
    while time.monotonic() < end:
        target(b"".join(chance.choices([*pieces, chance.randbytes(4)], k=chance.randint(1, 12))))


def main(arguments: list[str]) -> int:
    """Fuzz each target for its share of the time; return the exit code."""
    if arguments[:1] == ["--one"]:
        fuzz = _guided if importlib.util.find_spec("atheris") else _blind
        fuzz(arguments[1], int(arguments[2]))
        return 0
    seconds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else SECONDS
    names = arguments or list(NAMES)
    code = 0
    for name in names:
        sys.stdout.write(f"{name}: {seconds // len(names)} s\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "tests.attack.fuzz", "--one", name, str(seconds // len(names))]
        code = subprocess.run(command, check=False).returncode or code
    return min(code, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
