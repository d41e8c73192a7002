"""Hits of secret rules in one string: each is replaced by the mark of its rule, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from redactors.base import Tally
from redactors.marks import Marker
from redactors.secrets import Rules, Span

_EMAIL = "email"


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

    def mark(self, text: str, numbers: Iterable[int] | None = None) -> str:
        """Return the text with every hit marked; `numbers` limits the search to these rules."""
        is_mark = self.marker.is_mark
        spans = self.rules.spans(text, is_mark) if numbers is None else self.rules.confirm(text, numbers, is_mark)
        return self._replace(text, spans) if spans else text

    def count_shadow(self, text: str, numbers: Iterable[int]) -> None:
        """Count the hits of rules in shadow, which stay where they are: once, when a line leaves."""
        shadow = [number for number in numbers if self.rules.rules[number].state != "active"]
        for span in self.rules.confirm(text, shadow) if shadow else ():
            self.counts[span.rule.id, span.rule.state] += 1

    def mark_text_only(self, text: str) -> str:
        """Return the text with the hits marked that the scan of whole records does not look for."""
        spans = self.rules.text_only_spans(text, self.marker.is_mark)
        for span in spans:
            if span.rule.state != "active":
                self.counts[span.rule.id, span.rule.state] += 1
        return self._replace(text, spans) if spans else text

    def collect(self, tally: Tally) -> None:
        """Move the counts into a tally."""
        tally.rule_hits.update(self.counts)
        tally.redactions.update(self.families)
        self.counts.clear()
        self.families.clear()

    def _replace(self, text: str, spans: list[Span]) -> str:
        made: list[str] = []
        done = 0
        for span in spans:
            if span.rule.state == "active" and not (span.rule.id == _EMAIL and self._email == "keep"):
                self.counts[span.rule.id, span.rule.state] += 1
                self.families[self.dataset, span.rule.family] += 1
                made += (text[done : span.start], self._mark(span.rule.id, text[span.start : span.end]))
                done = span.end
        return "".join((*made, text[done:]))

    def _mark(self, rule: str, secret: str) -> str:
        if rule != _EMAIL:
            return self.marker.keyed(rule, secret)
        if self._email == "drop":
            return self.marker.plain(rule)
        _, at, domain = secret.rpartition("@")
        return self.marker.keyed(rule, secret.lower()) + at + (domain if at else "")
