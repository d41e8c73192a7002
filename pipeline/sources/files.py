"""Files, folders and standard input as sources of raw logs."""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.base import ReadError
from pipeline.inputs import ALL_MAY, STANDARD_INPUT, Input, is_test_object, printable

READ_BYTES = 1 << 18


def expand(paths: Iterable[str], leave_out: Path | None = None) -> tuple[list[Input], list[str]]:
    """List the inputs in the order given, folders walked in the order of names, and what could not be listed.

    A walk leaves out what is hidden, what is no regular file, the objects by which a push job tests its destination,
    and the folder `leave_out` (that of the outputs).
    """
    inputs: list[Input] = []
    errors: list[str] = []
    for path in paths:
        if path != STANDARD_INPUT and Path(path).is_dir():
            inputs += _walk(Path(path), leave_out, errors)
        else:
            inputs.append(Input(path, Path(path).name, *_size_and_mode(path)))
    return inputs, errors


def read(path: str) -> Iterator[bytes]:
    """Yield the bytes of a file or of standard input; an empty chunk says that none is waiting just now."""
    try:
        file = 0 if path == STANDARD_INPUT else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            may_wait = not stat.S_ISREG(os.fstat(file).st_mode)
            while chunk := _read_some(file):
                yield chunk
                if may_wait and not select.select([file], [], [], 0)[0]:
                    yield b""
        finally:
            if file:
                os.close(file)
    except OSError as error:
        raise ReadError(failure(path, error)) from None


def failure(path: str, error: OSError) -> str:
    """Word an error of the system, with the file it is about."""
    return f"{'stdin' if path == STANDARD_INPUT else printable(path)}: {error.strerror or type(error).__name__}"


def _read_some(file: int) -> bytes:
    while True:
        try:
            return os.read(file, READ_BYTES)
        except BlockingIOError:  # someone left the pipe non-blocking; that is no end of it
            select.select([file], [], [])


def _walk(top: Path, leave_out: Path | None, errors: list[str]) -> Iterator[Input]:
    left_out = leave_out.resolve() if leave_out else None

    def note(error: OSError) -> None:
        errors.append(failure(os.fsdecode(error.filename), error))

    for folder, folders, names in os.walk(top, onerror=note):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if name[0] != "." and (here / name).resolve() != left_out)
        for name in sorted(names):
            path = here / name
            size, mode = _size_and_mode(str(path))
            if name[0] == "." or size is None or is_test_object(name, size):
                continue
            yield Input(str(path), str(path.relative_to(top)), size, mode)


def _size_and_mode(path: str) -> tuple[int | None, int]:
    """Tell size and permissions of a regular file; what is missing has none, and reading it will say so."""
    try:
        status = os.fstat(0) if path == STANDARD_INPUT else Path(path).stat()
    except OSError:
        return None if path == STANDARD_INPUT else 0, ALL_MAY
    if not stat.S_ISREG(status.st_mode):
        return None, ALL_MAY
    return None if path == STANDARD_INPUT else status.st_size, stat.S_IMODE(status.st_mode)
