"""Refuses a run whose outputs would overwrite what it reads, or one another."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.stores import ObjectTarget

_Identity = tuple[int, int] | tuple[str, str] | str


class UsageError(Exception):
    """What was asked for would lose something: says what, and what would be right."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file or object that a run reads or writes."""

    name: str
    """For people; that of an output begins with what chooses it, as `-o safe.log`."""
    file: str | int | ObjectTarget
    """Its path, the descriptor under which it is open already, or its address."""


def refuse_clashes(outputs: Iterable[Place], others: Iterable[Place]) -> None:
    """Refuse an output that is the same file as one of the others, by whatever name or link.

    Raises:
        UsageError: one is.

    """
    taken: dict[_Identity, Place] = {}
    for place in others:
        if identity := _identity(place.file):
            taken.setdefault(identity, place)
    for output in outputs:
        identity = _identity(output.file)
        if identity in taken:
            option = output.name.partition(" ")[0]
            both = f"{output.name} and {taken[identity].name} are the same {_kind(output)}"
            message = f"{both}; right would be another {_kind(output)} for {option}"
            raise UsageError(message)


def _kind(place: Place) -> str:
    return "object" if isinstance(place.file, ObjectTarget) else "file"


def _identity(file: str | int | ObjectTarget) -> _Identity | None:
    """Tell what a file is; None for a device, a pipe or a folder, of which nothing can be overwritten."""
    if isinstance(file, ObjectTarget):
        return None if file.address.is_folder else (file.store.endpoint, file.name)
    try:
        status = os.fstat(file) if isinstance(file, int) else Path(file).stat()
    except OSError:  # not there yet, or not open
        return None if isinstance(file, int) else str(Path(file).resolve())
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
