"""Code that makers of columns write alike: a field as it stands, as text, hashed, or of several fields joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from detectors import sights
from detectors.looking import Code, Look

Value = Any
"""Any JSON value."""


def field(look: Look, role: str) -> Code:
    """Return the code of the first field of a role, as the scrubbed record has it."""
    paths = look.role(role)
    return look.safe(paths[0]) if paths else ""


def joined(look: Look, paths: list[str], act: Callable[[Value], str]) -> Code:
    """Return the code that joins what an act makes of several fields."""
    return " + ".join(f"({look.call(act, 'w')} if (w := {look.safe(path)}) else '')" for path in paths)


def text(look: Look, role: str) -> Code:
    """Return the code of the first field of a role, as text."""
    paths = look.role(role)
    return plain(look, look.safe(paths[0])) if paths else ""


def plain(look: Look, code: Code) -> Code:
    """Return the code that makes text of a value."""
    return f"(w if (w := {code}).__class__ is Str else {look.call(sights.text, 'w')})"


def hashed(look: Look, code: Code) -> Code:
    """Return the code of the keyed hash of a text, 0 of none."""
    return f"({look.call(look.around.hashed, 'w')} if (w := {code}) else 0)" if code else ""


def named(look: Look, column: str) -> Code:
    """Return the code of a name that rows hold as the record has it."""
    return look.call(sights.host if column == "host" else sights.text, look.column(column))
