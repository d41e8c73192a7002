"""Hits of secret rules in one string: each is replaced by the mark of its rule, and counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from redactors.base import Tally
from redactors.marks import Marker
from redactors.secrets import Rules, Span

_EMAIL = "email"
_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_MOST_TEMPLATES = 10_000


class Hits:
    """Marks what the rules find, and keeps the count by (rule id, state) and by family."""

    def __init__(self, rules: Rules, marker: Marker, email: str = "mark") -> None:
        """Take the compiled rules, and the policy's choice for e-mail addresses."""
        self.rules = rules
        self.marker = marker
        self.counts: Counter[tuple[str, str]] = Counter()
        self.families: Counter[tuple[str, str]] = Counter()
        self.dataset = ""
        """Whose records are at work, for the count by family."""
        self._email = email
        self.paths: Counter[tuple[str, str]] = Counter()
        """Templates of paths in which something was marked, by dataset."""
        self.tell: Callable[[str, str, str], None] | None = None
        """Where somebody wants to know of each hit: rule id, mark and the secret, which must go no further."""

    def count_path(self, template: str) -> None:
        """Count a path in which something was marked; templates beyond a bound are counted together."""
        counted = self.dataset, template
        if counted not in self.paths and len(self.paths) >= _MOST_TEMPLATES:
            counted = self.dataset, "(other)"
        self.paths[counted] += 1

    def mark(self, text: str, numbers: Iterable[int] | None = None) -> str:
        """Return the text with every hit marked; `numbers` limits the search to these rules."""
        is_mark = self.marker.is_mark
        spans = self.rules.spans(text, is_mark) if numbers is None else self.rules.confirm(text, numbers, is_mark)
        return self._replace(text, spans) if spans else text

    def count_shadow(self, text: str, numbers: Iterable[int]) -> None:
        """Count the hits of rules in shadow, which stay where they are: once, when a line leaves."""
        shadow = [number for number in numbers if self.rules.rules[number].state != "active"]
        for span in self.rules.confirm(text, shadow) if shadow else ():
            self._count(span, text)

    def mark_text_only(self, text: str) -> str:
        """Return the text with the hits marked that the scan of whole records does not look for."""
        spans = self.rules.text_only_spans(text, self.marker.is_mark)
        for span in spans:
            if span.rule.state != "active":
                self._count(span, text)
        return self._replace(text, spans) if spans else text

    def clean(self, text: str) -> str:
        """Return a text that stands in no record with every hit marked; none is counted."""
        acting = [span for span in self.rules.spans(text, self.marker.is_mark) if self._acts(span)]
        return _put(text, [(span, self._mark(span.rule.id, text[span.start : span.end])) for span in acting])

    def collect(self, tally: Tally) -> None:
        """Move the counts into a tally."""
        tally.rule_hits.update(self.counts)
        tally.redactions.update(self.families)
        tally.marked_paths.update(self.paths)
        self.counts.clear()
        self.families.clear()
        self.paths.clear()

    def _replace(self, text: str, spans: list[Span]) -> str:
        marks: list[tuple[Span, str]] = []
        for span in spans:
            if self._acts(span):
                self.families[self.dataset, span.rule.family] += 1
                marks.append((span, self._count(span, text)))
        return _put(text, marks)

    def _acts(self, span: Span) -> bool:
        return span.rule.state == "active" and not (span.rule.id == _EMAIL and self._email == "keep")

    def _count(self, span: Span, text: str) -> str:
        """Count a hit; return its mark."""
        rule, secret = span.rule.id, text[span.start : span.end]
        self.counts[rule, span.rule.state] += 1
        mark = self._mark(rule, secret)
        if self.tell:
            self.tell(rule, mark, secret)
        return mark

    def _mark(self, rule: str, secret: str) -> str:
        if rule != _EMAIL:
            return self.marker.keyed(rule, secret)
        if self._email == "drop":
            return self.marker.plain(rule)
        domain = secret.rpartition("@")[2] if "@" in secret else ""
        return self.marker.keyed(rule, secret.lower()) + (f"@{domain}" if _DOMAIN.fullmatch(domain) else "")


def _put(text: str, marks: list[tuple[Span, str]]) -> str:
    """Put marks in the place of spans."""
    made: list[str] = []
    done = 0
    for span, mark in marks:
        made += (text[done : span.start], mark)
        done = span.end
    return "".join((*made, text[done:]))
