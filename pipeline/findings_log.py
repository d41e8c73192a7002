"""Findings as they are said: each version a line, and how many there were, by what alerts group by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from detectors.base import Finding
from detectors.findings import to_json

Labels = tuple[str, str, str, str, str]
"""Detector, rule, severity, tier, zone."""


@dataclass(slots=True)
class FindingsLog:
    """Hears findings."""

    write: Callable[[bytes], None]
    policy: str
    """Digest of the policy in force."""
    opened: Counter[Labels] = field(default_factory=Counter)
    """Findings, as they were when they were first said."""
    error: Exception | None = None
    """The first error of `write`; nothing is written behind it."""
    _severities: dict[str, str] = field(default_factory=dict)

    def hear(self, finding: Finding) -> None:
        """Write a finding, or a new version of one."""
        said = finding.verdict
        if finding.id not in self._severities:
            self.opened[finding.detector, said.rule, said.severity.value, said.tier.value, said.zone] += 1
        self._severities[finding.id] = said.severity.value
        if self.error is None:
            try:
                self.write(to_json(finding, self.policy))
            except Exception as error:  # noqa: BLE001 - the logs go on; whoever opened the file tells of it
                self.error = error

    @property
    def severities(self) -> Counter[str]:
        """Count the findings by their last severity."""
        return Counter(self._severities.values())
