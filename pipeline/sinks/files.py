"""Files and standard output as sinks: a file takes its name only when it is whole and durable."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.base import WriteError

Write = Callable[[bytes], None]

STANDARD_OUTPUT = 1
_DESCRIPTORS = re.compile(r"/proc/([0-9]+)(?:/task/[0-9]+)?/fd")
_MOST_LINKS = 40
_MODE, _PRIVATE = 0o666, 0o600
_NAME_KEPT = 80
"""A temporary name must not become too long for the file system where the final one just fits."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where bytes are written, and where they stand in the end."""

    temporary: str
    final: str | None
    """None for a part of something: it keeps its temporary name, open to its owner alone, until it is discarded."""
    name: str
    """For people: the final name, or that of what this is a part of."""
    mode: int
    """Permissions, of which the umask takes away."""


def target_for(final: Path, mode: int = _MODE) -> Target:
    """Choose a temporary name in the folder of the final one; through a link, in the folder that it leads to.

    The file is open to its owner, and to nobody else to whom `mode` is not.
    """
    real = final.resolve()
    return Target(str(real.with_name(_temporary_name(real.name))), str(real), str(real), mode & _MODE | _PRIVATE)


def part_in(folder: Path, name: str, whole: str) -> Target:
    """Choose a temporary name for the part of `whole` that comes from `name`."""
    return Target(str(folder / _temporary_name(name)), None, whole, _PRIVATE)


def discard(target: Target) -> None:
    """Remove what has not taken its final name; silent where there is nothing."""
    with contextlib.suppress(OSError):
        Path(target.temporary).unlink()


@contextmanager
def writing(target: Target) -> Iterator[Write]:
    """Give a function that writes to a new file. Whatever ends the block but its own end, no file stays.

    1. make the folder; 2. write under the temporary name; 3. make the file durable; 4. rename it; 5. make that durable.

    Raises:
        WriteError: one of the steps failed; also raised by the function.

    """
    path = Path(target.temporary)
    try:
        with _reported(target.name):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, target.mode)
        try:
            yield _writer(file, target.name)
            if target.final:
                with _reported(target.name):
                    os.fsync(file)
        finally:
            os.close(file)
        if target.final:
            with _reported(target.name):
                path.replace(target.final)
                _make_names_durable(path.parent)
    except BaseException:
        discard(target)
        raise


@contextmanager
def writing_to(output: str | None, mode: int = _MODE) -> Iterator[Write]:
    """Give a function that writes to a file, as `writing` does, or at once to what is open already, a device, a pipe.

    None is standard output; so is a path that leads to it, such as /dev/stdout. `mode` is for a file that is made.

    Raises:
        WriteError: as `writing`.
        BrokenPipeError: the reader of the output has gone; only raised by the function.

    """
    if output is None:
        yield _writer(STANDARD_OUTPUT, "stdout")
    elif (descriptor := descriptor_of(output)) is not None:
        yield _writer(descriptor, output)
    elif is_device(output):
        with _reported(output):
            file = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            yield _writer(file, output)
        finally:
            os.close(file)
    else:
        with writing(target_for(Path(output), mode)) as write:
            yield write


def is_device(path: str) -> bool:
    """Tell whether a path is a device, a pipe or what a process has open: it is written to, never replaced."""
    return _open_file(path) is not None or (Path(path).exists() and not Path(path).is_file())


def descriptor_of(path: str) -> int | None:
    """Return the descriptor of this process that a path leads to, as /dev/stdout does.

    >>> descriptor_of("/dev/fd/7"), descriptor_of("/dev/null")
    (7, None)
    """
    found = _open_file(path)
    return found[1] if found and found[0] == os.getpid() else None


def _open_file(path: str) -> tuple[int, int] | None:
    """Follow links until one names what a process has open: its id and the descriptor."""
    for _ in range(_MOST_LINKS):
        folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow the link itself
        folder = os.path.realpath(folder)
        found = _DESCRIPTORS.fullmatch(folder)
        if found and name.isdecimal():
            return int(found[1]), int(name)
        path = os.path.join(folder, name)  # noqa: PTH118 - as above
        if not os.path.islink(path):  # noqa: PTH114 - as above
            return None
        path = os.path.join(folder, os.readlink(path))  # noqa: PTH115, PTH118 - as above
    return None


def _temporary_name(name: str) -> str:
    return f".{name[:_NAME_KEPT]}.edgesieve-{os.urandom(6).hex()}.part"


def _writer(file: int, name: str) -> Write:
    def write(data: bytes) -> None:
        rest = memoryview(data)
        with _reported(name):
            while rest:
                try:
                    rest = rest[os.write(file, rest) :]
                except BlockingIOError:  # someone left the pipe non-blocking
                    select.select([], [file], [])

    return write


@contextmanager
def _reported(name: str) -> Iterator[None]:
    """Word an error of the system; a closed pipe stays what it is, since it is no fault."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        message = f"{name}: {error.strerror or type(error).__name__}"
        raise WriteError(message) from None


def _make_names_durable(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot, and need not
            raise
    finally:
        os.close(file)
