"""Maps whose names come in few combinations, such as headers: a scrubber is compiled once for each and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from redactors.base import Value
from redactors.shapes import has_random_run
from redactors.straight import Redactor, Scrub, Step, compile_steps, interpret_steps

_MAX_PLANS = 512
_MAX_MET = 4096
_MAX_NAMES = 64
_MAX_LENGTH = 48
"""Maps of more or longer names are not worth a plan, and plans must stay small whatever comes."""
_MOST_DIRTY = 64
"""Names with a secret in them that are looked at one by one in a map; behind so many each becomes a mark as a whole."""
_MOST_ALIKE = 64
"""Names of a map that may become the same mark: a program means far fewer, and each needs a sign more than the last."""


class PlannedMaps:
    """Scrubs maps of name to value in place, by what is done under each name."""

    def __init__(
        self,
        redactor_of: Callable[[str], Redactor],
        safe_name: Callable[[str], str],
        mark: Callable[[str], str],
        special: Callable[[tuple[str, ...]], Scrub | None] = lambda _names: None,
    ) -> None:
        """Take what is done under a name, what is done to a name, and what knows combinations of names.

        `mark` makes a mark of a whole name.
        """
        self._redactor_of = redactor_of
        self._safe_name = safe_name
        self._mark = mark
        self._special = special
        self.plans: dict[tuple[str, ...], Scrub] = {}
        """What is done to maps of names that were met before."""
        self._met: set[int] = set()

    def scrub(self, value: dict[str, Value]) -> int:
        """Make a map safe in place; return how many values and names changed."""
        names = tuple(value)
        plan = self.plans.get(names)
        if plan is None:
            plan = self._make(names, tuple(value.values()))
        return plan(value)

    def _make(self, names: tuple[str, ...], values: tuple[Value, ...]) -> Scrub:
        safe_names = safe_forms(names, self._safe_name, self._mark)
        # By the safe name: what is done must be the same when the marked name comes by again.
        steps = [Step(name, self._redactor_of(safe)) for name, safe in safe_names.items()]
        small = len(names) <= _MAX_NAMES and all(len(name) <= _MAX_LENGTH for name in names)
        # A secret in a name is looked at, and counted, each time.
        small = small and not any("~" in safe for safe in safe_names.values())
        kept = small and len(self.plans) < _MAX_PLANS and self._came_before(names)
        scrub = self._special(names) or (
            compile_steps(steps, [], like=values).scrub if kept else interpret_steps(steps, [])
        )
        plan = renaming(scrub, safe_names)
        if kept:
            self.plans[names] = plan
        return plan

    def _came_before(self, names: tuple[str, ...]) -> bool:
        """Tell whether a map of these names was met: compiling costs more than interpreting a few times."""
        digest = hash(names)
        if digest in self._met:
            return True
        if len(self._met) >= _MAX_MET:
            self._met.clear()
        self._met.add(digest)
        return False


def marked_name(mark: str) -> Callable[[str], str]:
    """Return what puts a mark in the place of a name that looks random."""
    return lambda name: mark if has_random_run(name) else name


def renaming(scrub: Scrub, safe_names: dict[str, str]) -> Scrub:
    """Return a scrubber that also gives each name its safe form; the same one where all are safe."""
    if all(name == safe for name, safe in safe_names.items()):
        return scrub

    def scrub_and_rename(record: dict[str, Value]) -> int:
        changed = scrub(record)
        pairs = [(safe_names.get(name, name), value) for name, value in record.items()]
        record.clear()
        record.update(unique(pairs))
        return changed + 1

    return scrub_and_rename


def safe_forms(names: Iterable[str], safe_name: Callable[[str], str], mark: Callable[[str], str]) -> dict[str, str]:
    """Return the safe form of each name of a map; behind too many that needed one, `mark` makes it without a look."""
    made: dict[str, str] = {}
    left = _MOST_DIRTY
    for name in names:
        safe = made[name] = safe_name(name) if left else mark(name)
        if left and safe != name:
            left -= 1
    return made


def unique(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """Make a map in which no name hides another: a second one of the same name gets a sign behind it.

    Names that are alike beyond all measure go with their values: with their signs they would be longer than the record.
    """
    made: dict[str, Value] = {}
    alike: dict[str, int] = {}
    for name, value in pairs:
        count = alike.get(name, 0)
        while count < _MOST_ALIKE and name + "'" * count in made:
            count += 1
        alike[name] = count
        if count < _MOST_ALIKE:
            made[name + "'" * count] = value
    return made
