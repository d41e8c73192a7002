"""Straight-line code for a list of steps: what the hot path runs, and the same thing interpreted.

A loop over the steps costs three times the generated code; a law test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from redactors.base import Value

Scrub = Callable[[dict[str, Value]], int]
"""Makes a map of named values safe in place and returns how many of them it changed."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """What is done to a value of each JSON type; None stays None always."""

    text: Callable[[str], str] | None
    """To a string; None keeps strings."""
    other: Callable[[Value], tuple[Value, bool]]
    """To a number, a boolean, a list or an object; returns the value made safe, or None, and whether it changed."""
    map: Callable[[dict[str, Value]], int] | None = None
    """To an object in place, when objects are the type of the class; returns how many values changed."""
    items: Callable[[list[Value]], int] | None = None
    """To a list in place; returns how many values changed."""
    keeps_scalars: bool = False
    """Strings, numbers and booleans pass as they are: only containers need a look."""
    keeps_numbers: bool = False
    """Numbers and booleans pass as they are."""
    keeps_without: str = ""
    """Strings without any of these characters pass as they are."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done to one field."""

    name: str
    redactor: Redactor
    counter: int = 0
    """Where in the list of counts its changes are counted."""


def interpret_steps(steps: Sequence[Step], counts: list[int]) -> Scrub:
    """Return a scrubber that walks the steps."""

    def scrub(record: dict[str, Value]) -> int:
        return sum(_apply(step, record, counts) for step in steps)

    return scrub


def _apply(step: Step, record: dict[str, Value], counts: list[int]) -> int:
    record[step.name], count = _changed(step.redactor, record[step.name])
    counts[step.counter] += count
    return int(count > 0)


def change(redactor: Redactor, value: Value) -> tuple[Value, bool]:
    """Return a value made safe, and whether it changed."""
    new, count = _changed(redactor, value)
    return new, count > 0


def _changed(redactor: Redactor, value: Value) -> tuple[Value, int]:
    scalar = not isinstance(value, dict | list)
    if value is None or (
        scalar and (redactor.keeps_scalars or (redactor.keeps_numbers and value.__class__ is not str))
    ):
        return value, 0
    if isinstance(value, str) and redactor.text:
        kept = redactor.keeps_without and not any(letter in value for letter in redactor.keeps_without)
        new: Value = value if kept or not value else redactor.text(value)
        return new, int(new != value)
    if isinstance(value, dict) and redactor.map:
        return value, redactor.map(value)
    if isinstance(value, list) and redactor.items:
        return value, redactor.items(value)
    new, changed = redactor.other(value)
    return new, int(changed)


def compile_steps(steps: Sequence[Step], counts: list[int]) -> Scrub:
    """Return a scrubber of generated code: one block a field, no loop, no table."""
    scope: dict[str, Any] = {"counts": counts, "apply": _apply}
    lines = ["changed = 0"]
    for at, step in enumerate(steps):
        scope |= {f"n{at}": step.name, f"s{at}": step}
        lines += [f"v = record[n{at}]", *_block(at, step, scope)]
    lines.append("return changed")
    source = "def scrub(record):\n" + "".join(f"    {line}\n" for line in lines)
    # The source holds numbers of steps and nothing else: names and classes of fields come in as its globals.
    exec(compile(source, "<plan>", "exec"), scope)  # noqa: S102
    scrub: Scrub = scope["scrub"]
    return scrub


def _block(at: int, step: Step, scope: dict[str, Any]) -> list[str]:
    """Return the code for one field, whose value is in `v`; what is not usual goes the interpreted way."""
    redactor = step.redactor
    rest = f"changed += apply(s{at}, record, counts)"
    if redactor.keeps_scalars:
        return ["if v.__class__ is dict or v.__class__ is list and v:", f"    {rest}"]
    cases: list[tuple[str, list[str]]] = []
    if redactor.text:
        scope[f"t{at}"] = redactor.text
        gate = " or ".join(f"{letter!r} in v" for letter in redactor.keeps_without) or "v"
        count = [f"        record[n{at}] = w", f"        counts[{step.counter}] += 1", "        changed += 1"]
        cases.append(("str", [f"if {gate}:", f"    w = t{at}(v)", "    if w != v:", *count]))
    for letter, kind, act in (("m", "dict", redactor.map), ("l", "list", redactor.items)):
        if act:
            scope[f"{letter}{at}"] = act
            count = [f"        counts[{step.counter}] += c", "        changed += 1"]
            cases.append((kind, ["if v:", f"    c = {letter}{at}(v)", "    if c:", *count]))
    if redactor.map and not redactor.keeps_numbers:
        cases.sort()  # objects are what such a class usually holds
    lines: list[str] = []
    for kind, body in cases:
        lines += [f"{'elif' if lines else 'if'} v.__class__ is {kind}:", *(f"    {line}" for line in body)]
    usual = "v.__class__ is dict or v.__class__ is list" if redactor.keeps_numbers else "v is not None"
    return [*lines, f"{'elif' if lines else 'if'} {usual}:", f"    {rest}"]
