"""Find secrets: one cheap scan over serialised bytes, then exact rules on the strings that it suspects."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import orjson
import re2

from redactors.base import ConfigurationError
from redactors.checks import CHECKS, entropy
from redactors.datasets import load_catalogue
from redactors.density import most_marks
from redactors.guards import guard_patterns
from redactors.marks import CLASS_MARKS
from redactors.rule_choices import PERSONAL, rules_from_json, rules_to_json, select
from redactors.rule_rows import (
    Row,
    Rule,
    compile_pattern,
    parse_rows,
    refuse_twins,
    rule_files,
)
from redactors.scanner import Scanner, compile_scanner, load_scanner

__all__ = [
    "Row",
    "Rule",
    "Rules",
    "Span",
    "compile_rules",
    "dump_database",
    "load_rules",
    "parse_rows",
    "parse_rules",
    "rule_files",
    "rules_from_json",
    "rules_to_json",
    "select",
    "test_rule",
]

IsMark = Callable[[str], bool]
"""Tells whether a text that has the form of a mark is one of ours."""

_MARK = re.compile(rb"\[([a-z][a-z0-9-]*)(~[A-Z2-7]{2}\.[A-Z2-7]{20})?\]")


class Span(NamedTuple):
    """Where a secret stands in a string, in characters."""

    start: int
    end: int
    rule: Rule


class Rules:
    """A compiled set of rules. It belongs to one process: the scanner's scratch serves one scan at a time."""

    __slots__ = ("_allowed", "_exact", "_mark_names", "rules", "scan", "scanner")

    def __init__(self, rules: tuple[Rule, ...], scanner: Scanner) -> None:
        """Take rules numbered by position, and the scanner of their prefilters."""
        self.rules = rules
        self.scanner = scanner
        self.scan: Callable[[bytes], list[tuple[int, int]]] = scanner.scan
        """Returns (end offset, rule number) of all that may be a secret in serialised JSON.

        A hit is a suspicion: `confirm` decides. One secret may be hit by several rules, or by one at several ends.
        A number beyond the rules' says that a guard pattern calls for a careful reading of the line.
        """
        self._exact: dict[int, re2._Pattern] = {}
        self._allowed: dict[int, tuple[re2._Pattern, ...]] = {}
        self._mark_names = frozenset(each.id.encode() for each in rules) | {each.encode() for each in CLASS_MARKS}

    def spans(self, text: str, is_mark: IsMark | None = None) -> list[Span]:
        """Return the secrets in one string (without lone surrogates), as `confirm` does."""
        data = orjson.dumps(text)
        hits = self.scan(data) + self.scanner.scan_text(data)
        return self.confirm(text, {number for _, number in hits if number < len(self.rules)}, is_mark) if hits else []

    def text_only_spans(self, text: str, is_mark: IsMark | None = None) -> list[Span]:
        """Return what `scan` does not look for, since it is looked for in text only."""
        hits = self.scanner.scan_text(orjson.dumps(text))
        return self.confirm(text, {number for _, number in hits}, is_mark) if hits else []

    def may_hold_numbers(self, shape: str) -> bool:
        """Tell whether `text_only_spans` may find anything in a text that has this form when its digits are made 0."""
        return self.scanner.may_hit(orjson.dumps(shape))

    def confirm(self, text: str, numbers: Iterable[int] | None = None, is_mark: IsMark | None = None) -> list[Span]:
        """Return the secrets in one string by the exact rules of these numbers: in order, none over another.

        Where secrets overlap, a rule that acts goes before one in shadow, any before personal data, then the longer,
        then a vendor's before a general one, then the first. Of a secret that another covers in part, the rest is
        still given. A hit that lies in a mark of ours, or cuts one, is none: `is_mark` tells ours from what only has
        the form; without it the form is enough.
        """
        data = text.encode()
        marks = self._marks(data, is_mark)
        found = [
            Span(start, end, self.rules[number])
            for number in (range(len(self.rules)) if numbers is None else numbers)
            for start, end in self._matches(number, data, marks)
        ]
        if not found:
            return []
        chosen = _without_overlaps(found)
        return chosen if len(data) == len(text) else _in_characters(chosen, data)

    def allowed(self, rule_id: str) -> Callable[[str], bool] | None:
        """Return what tells whether the allowlist of a rule lets a value stay; None where it has none."""
        patterns = [compile_pattern(each) for rule in self.rules if rule.id == rule_id for each in rule.allow]
        return (lambda value: any(each.search(value.encode()) for each in patterns)) if patterns else None

    def _matches(self, number: int, data: bytes, marks: list[tuple[int, int]]) -> Iterable[tuple[int, int]]:
        exact = self._exact.get(number)
        if exact is None:
            exact = self._exact[number] = compile_pattern(self.rules[number].exact)
            self._allowed[number] = tuple(compile_pattern(each) for each in self.rules[number].allow)
        rule, allowed = self.rules[number], self._allowed[number]
        group, at, left = min(exact.groups, 1), 0, most_marks(len(data))
        # The next search starts at the end of the secret, not of the match: the character that bounds one secret
        # on the right may be the one that bounds the next on the left.
        while match := exact.search(data, at):
            start, end = match.span(group)
            at = max(end, at + 1)
            value = data[start:end]
            if not (marks and _spoilt(start, end, marks)) and holds(rule, value.decode(), allowed):
                left -= 1
                if not left:
                    yield start, len(data)
                    break
                yield start, end

    def _marks(self, data: bytes, is_mark: IsMark | None) -> list[tuple[int, int]]:
        if b"[" not in data:
            return []
        if is_mark:
            return [match.span() for match in _MARK.finditer(data) if is_mark(match[0].decode())]
        names = self._mark_names
        return [match.span() for match in _MARK.finditer(data) if match[2] or match[1] in names]


def load_rules() -> tuple[Rule, ...]:
    """Read all packaged rules, numbered through.

    Raises:
        ConfigurationError: a file is wrong, two rules share an id, or a rule fails its own examples.

    """
    rules = [rule for name, text in rule_files().items() for rule in parse_rules(name, text)]
    numbered = tuple(replace(rule, number=number) for number, rule in enumerate(rules))
    refuse_twins(numbered)
    return numbered


def parse_rules(name: str, text: bytes) -> tuple[Rule, ...]:
    """Read the rule file of family `name`, and prove each rule by its own examples.

    Raises:
        ConfigurationError: naming file, rule, key and what would be right.

    """
    rows = parse_rows(name, text)
    for row in rows:
        test_rule(row.rule, row.examples, row.counter_examples)
    return tuple(row.rule for row in rows)


def test_rule(rule: Rule, examples: Iterable[str], counter_examples: Iterable[str]) -> None:
    """Prove that a rule hits each of its examples, with a valid check, and none of its counter-examples.

    Raises:
        ConfigurationError: naming the rule and the place of the example in its list, never the example.

    """
    where = f"rules/{rule.family}: rule {rule.id!r}"
    alone = Rules((replace(rule, number=0),), Scanner())
    for place, example in enumerate(examples, 1):
        spans = alone.confirm(example)
        if not spans:
            message = f"{where}: example {place} is not hit; right would be one that holds the secret"
            raise ConfigurationError(message)
        if rule.check and not any(CHECKS[rule.check].holds(example[span.start : span.end]) for span in spans):
            message = f"{where}: example {place} fails check {rule.check!r}; right would be one with a valid check"
            raise ConfigurationError(message)
    for place, example in enumerate(counter_examples, 1):
        if alone.confirm(example):
            message = f"{where}: counter-example {place} is hit; right would be one that only resembles the secret"
            raise ConfigurationError(message)


def holds(rule: Rule, value: str, allowed: Iterable[re2._Pattern]) -> bool:
    """Tell whether a value of the rule's form passes its check, its entropy and its allowlist."""
    if rule.check and CHECKS[rule.check].decides and not CHECKS[rule.check].holds(value):
        return False
    if rule.entropy and entropy(value) < rule.entropy:
        return False
    return not any(each.search(value.encode()) for each in allowed)


def compile_rules(rules: Iterable[Rule], database: bytes | None = None) -> Rules:
    """Compile rules for this process, numbered by position; `database` is what `dump_database` gave for the same rules.

    Raises:
        ConfigurationError: a prefilter cannot be compiled, or the database does not fit this machine.

    """
    numbered = tuple(replace(rule, number=number) for number, rule in enumerate(rules))
    if database is not None:
        return Rules(numbered, load_scanner(database))
    return Rules(numbered, compile_scanner(numbered, guard_patterns(load_catalogue())))


def dump_database(rules: Rules) -> bytes:
    """Return the compiled prefilters as bytes for `compile_rules`; they fit this CPU and this Hyperscan only."""
    return rules.scanner.dump()


def _spoilt(start: int, end: int, marks: list[tuple[int, int]]) -> bool:
    """Tell whether a hit lies in, cuts, or is nothing but our own marks: by chance a fingerprint looks like a token."""
    rest = end - start
    for low, high in islice(marks, bisect_right(marks, start, key=_high), None):
        if low >= end:
            break
        if low < start or high > end:
            return True
        rest -= high - low
    return rest == 0


def _high(mark: tuple[int, int]) -> int:
    return mark[1]


def _without_overlaps(found: list[Span]) -> list[Span]:
    found.sort(key=_precedence)
    chosen: list[Span] = []
    for span in found:
        first = bisect_right(chosen, span.start, key=_end)
        last = bisect_left(chosen, span.end, key=_start)
        if first >= last:
            chosen.insert(first, span)
        elif span.rule.state == "active" and span.rule.family != PERSONAL:
            chosen[first:last] = _filled(span, chosen[first:last])
    return chosen


def _filled(span: Span, over: list[Span]) -> list[Span]:
    """Return the spans that lie over `span`, with its own pieces before, between and behind them."""
    filled: list[Span] = []
    at = span.start
    for other in over:
        if at < other.start:
            filled.append(Span(at, other.start, span.rule))
        filled.append(other)
        at = other.end
    if at < span.end:
        filled.append(Span(at, span.end, span.rule))
    return filled


def _precedence(span: Span) -> tuple[bool, bool, int, bool, int, int]:
    rule = span.rule
    shadow, personal, generic = rule.state == "shadow", rule.family == PERSONAL, rule.family == "generic"
    return shadow, personal, span.start - span.end, generic, span.start, rule.number


def _end(span: Span) -> int:
    return span.end


def _start(span: Span) -> int:
    return span.start


def _in_characters(spans: list[Span], data: bytes) -> list[Span]:
    """Count characters instead of bytes, in one pass."""
    at = characters = 0
    counted = []
    for span in spans:
        start = characters + len(data[at : span.start].decode())
        characters = start + len(data[span.start : span.end].decode())
        at = span.end
        counted.append(Span(start, characters, span.rule))
    return counted
