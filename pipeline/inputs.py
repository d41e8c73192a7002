"""One input of a run, whatever kind of place it lies in, and how it is named to people."""

from __future__ import annotations

from dataclasses import dataclass

STANDARD_INPUT = "-"
ALL_MAY = 0o777
"""Permissions of what keeps nobody out."""


_TEST_BYTES = 64
"""What Logpush writes as a test fits, compressed; a record does not."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file, one object, or standard input."""

    path: str
    """As given, or as found below a folder that was given; s3://BUCKET/KEY; "-" is standard input."""
    name: str
    """What a folder of outputs keeps of the path: all below the folder that was walked, or the input's own name."""
    size: int | None
    """In bytes; None where the end is not known, and only this process can read it."""
    mode: int = ALL_MAY
    """Permissions of a regular file, which its output must not exceed."""

    @property
    def origin(self) -> str:
        """Name the input for people: a path that prints on one line."""
        return "stdin" if self.path == STANDARD_INPUT else printable(self.path)


def printable(path: str) -> str:
    r"""Replace what does not print on one line, or is no Unicode, in a path.

    >>> printable("logs/a\nb")
    'logs/a�b'
    """
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in path)


def is_log(key: str, size: int) -> bool:
    """Tell whether an object can hold logs: not empty, no folder, and none by which a push job tests its destination.

    >>> is_log("logs/a.log.gz", 90), is_log("logs/", 0), is_log("logs/test.txt.gz", 37)
    (True, False, False)
    """
    name = key.rpartition("/")[2]
    return bool(size and name) and not is_test_object(name, 0 if size <= _TEST_BYTES else size)


def is_test_object(name: str, size: int) -> bool:
    """Tell the objects that a push job leaves when its destination is set up, by name and size.

    >>> is_test_object("ownership-challenge-1.txt", 900), is_test_object("test.txt.gz", 0)
    (True, True)
    """
    return name.startswith("ownership-challenge") or (name == "test.txt.gz" and not size)
