"""Straight-line code for a list of steps: what the hot path runs, and the same thing interpreted.

A loop over the steps costs three times the generated code; a law test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from redactors.base import Value

Scrub = Callable[[dict[str, Value]], int]
"""Makes a map of named values safe in place and returns how many of them it changed."""


_CONTAINERS = frozenset({dict, list})
_NUMBERS = frozenset({"int", "float", "bool"})
_HELD = frozenset({"str", "dict", "list"})
"""Types of all values but numbers and booleans."""


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
    clean: Container[str] | None = None
    """Strings that were met before and pass as they are: `text` fills it."""
    known: Mapping[str, str] | None = None
    """What strings that were met before became: `text` fills it."""
    usual: Callable[[str], str] | str | None = None
    """What `text` does to strings that begin with none of `odd_starts`, or what it puts in their place."""
    odd_starts: str = ""
    plans: Mapping[tuple[str, ...], Scrub] | None = None
    """What `map` does to maps of names that were met before: `map` fills it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done to one field."""

    name: str
    redactor: Redactor
    counter: int | None = None
    """Where in the list of counts its changes are counted, if they are."""


@dataclass(frozen=True, slots=True)
class Straight:
    """The code generated for a list of steps."""

    scrub: Scrub
    flush: Callable[[], None]
    """Adds to the list of counts what was counted since the last call."""


def interpret_steps(steps: Sequence[Step], counts: list[int]) -> Scrub:
    """Return a scrubber that walks the steps."""

    def scrub(record: dict[str, Value]) -> int:
        return sum(_apply(step, record, counts) for step in steps)

    return scrub


def _apply(step: Step, record: dict[str, Value], counts: list[int]) -> int:
    record[step.name], count = _changed(step.redactor, record[step.name])
    if step.counter is not None:
        counts[step.counter] += count
    return int(count > 0)


def change(redactor: Redactor, value: Value) -> tuple[Value, bool]:
    """Return a value made safe, and whether it changed."""
    new, count = _changed(redactor, value)
    return new, count > 0


def _changed(redactor: Redactor, value: Value) -> tuple[Value, int]:
    scalar = not isinstance(value, dict | list)
    if not value or (scalar and (redactor.keeps_scalars or (redactor.keeps_numbers and value.__class__ is not str))):
        return value, 0
    if isinstance(value, str) and redactor.text:
        kept = redactor.keeps_without and not any(map(value.__contains__, redactor.keeps_without))
        new: Value = value if kept else redactor.text(value)
        return new, int(new != value)
    if isinstance(value, dict) and redactor.map:
        return value, redactor.map(value)
    if isinstance(value, list) and redactor.items:
        return value, redactor.items(value)
    new, changed = redactor.other(value)
    return new, int(changed)


def compile_steps(steps: Sequence[Step], counts: list[int], *, like: Sequence[Value] = ()) -> Straight:
    """Generate the code of a scrubber: one block a field, no loop, no table.

    `like` are the values of one of the maps to come, if the steps are for all their names, in their order: what is of
    the same type goes the shortest way.
    """
    scope: dict[str, Any] = {"counts": counts, "apply": _apply}
    body: list[str] = []
    for at, step in enumerate(steps):
        scope |= {f"n{at}": step.name, f"s{at}": step}
        usual = like[at].__class__.__name__ if like else ""
        body += [f"if v{at}:", *_inner(_block(at, step, scope, usual))]
    counters = sorted({step.counter for step in steps if step.counter is not None})
    shared = [f"nonlocal {', '.join(f'c{counter}' for counter in counters)}"] if counters else []
    scrub = [
        "def scrub(record):",
        *_inner([*shared, "changed = 0", *_values(steps, scope, whole=bool(like)), *body, "return changed"]),
    ]
    flush = ["def flush():", *_inner([*shared, *map(_flushed, counters), "return"])]
    made = [*(f"c{counter} = 0" for counter in counters), *scrub, *flush, "return scrub, flush"]
    # The source holds numbers of steps and nothing else: names and classes of fields come in as its globals.
    exec(compile("\n".join(["def make():", *_inner(made)]), "<plan>", "exec"), scope)  # noqa: S102
    return Straight(*scope["make"]())


def _inner(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _values(steps: Sequence[Step], scope: dict[str, Any], *, whole: bool) -> list[str]:
    """Return the code that fetches the values of all fields at once."""
    scope["values"] = itemgetter(*(step.name for step in steps)) if steps and not whole else None
    fetched = "record.values()" if whole else "values(record)"
    names = [f"v{at}" for at in range(len(steps))]
    if not whole and len(names) == 1:  # of one field it is no tuple
        return [f"{names[0]} = {fetched}"]
    return [f"[{', '.join(names)}] = {fetched}"] if names else []


def _flushed(counter: int) -> str:
    return f"counts[{counter}] += c{counter}; c{counter} = 0"


def _block(at: int, step: Step, scope: dict[str, Any], usual: str) -> list[str]:
    """Return the code for one field whose value is not empty; what is not usual goes the interpreted way."""
    redactor, value = step.redactor, f"v{at}"
    rest = f"changed += apply(s{at}, record, counts)"
    scope["containers"] = _CONTAINERS
    container = f"{value}.__class__ in containers"
    if redactor.keeps_scalars:
        return [f"if {container}:", f"    {rest}"]
    cases: dict[str, list[str]] = {}
    if redactor.keeps_numbers and usual in _NUMBERS:
        cases[usual] = ["pass"]
    if redactor.text:
        cases["str"] = _text(at, step, scope)
    for kind, lines in (("dict", _map(at, redactor, scope)), ("list", _items(at, redactor, scope))):
        if lines:
            cases[kind] = [*lines, "if c:", *_inner(_counted(step, "c"))]
    if redactor.map and not redactor.keeps_numbers and not usual:
        usual = "dict"  # objects are what such a class usually holds
    made: list[str] = []
    for kind in sorted(cases, key=lambda kind: kind != usual):
        made += [f"{'elif' if made else 'if'} {value}.__class__ is {kind}:", *_inner(cases[kind])]
    if redactor.keeps_numbers:
        return made if cases.keys() >= _HELD else [*made, f"{'elif' if made else 'if'} {container}:", f"    {rest}"]
    return [*made, "else:", f"    {rest}"] if made else [rest]


def _counted(step: Step, count: str) -> list[str]:
    counted = [] if step.counter is None else [f"c{step.counter} += {count}"]
    return [*counted, "changed += 1"]


def _text(at: int, step: Step, scope: dict[str, Any]) -> list[str]:
    """Return the code for a string."""
    redactor, value = step.redactor, f"v{at}"
    scope |= {
        f"t{at}": redactor.text,
        f"u{at}": redactor.usual,
        f"o{at}": redactor.odd_starts,
        f"k{at}": redactor.known,
        f"q{at}": redactor.clean,
    }
    made = [f"w = t{at}({value})"]
    if redactor.usual is not None:
        usual = f"u{at}" if isinstance(redactor.usual, str) else f"u{at}({value})"
        made = [f"w = t{at}({value}) if {value}[0] in o{at} else {usual}"]
    elif redactor.known is not None:
        made = [f"w = k{at}.get({value})", "if w is None:", f"    w = t{at}({value})"]
    made += [f"if w != {value}:", *_inner([f"record[n{at}] = w", *_counted(step, "1")])]
    if redactor.clean is not None:
        return [f"if {value} not in q{at}:", *_inner(made)]
    gate = " or ".join(f"{letter!r} in {value}" for letter in redactor.keeps_without)
    return [f"if {gate}:", *_inner(made)] if gate else made


def _map(at: int, redactor: Redactor, scope: dict[str, Any]) -> list[str]:
    """Return the code that makes an object safe in place and leaves in `c` how much changed."""
    value = f"v{at}"
    scope |= {f"m{at}": redactor.map, f"p{at}": redactor.plans}
    if redactor.plans is not None:
        return [f"p = p{at}.get(tuple({value}))", f"c = m{at}({value}) if p is None else p({value})"]
    return [f"c = m{at}({value})"] if redactor.map else []


def _items(at: int, redactor: Redactor, scope: dict[str, Any]) -> list[str]:
    """Return the code that makes a list safe in place and leaves in `c` how much changed."""
    scope[f"l{at}"] = redactor.items
    return [f"c = l{at}(v{at})"] if redactor.items else []
