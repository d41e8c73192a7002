"""What was found and is not done yet, and the horizons that wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Version = tuple[str, str]
"""Key and ETag."""


@dataclass(slots=True)
class Hand:
    """A horizon moves on only when all is done that was found by its pass and by those before."""

    passes: int = 0
    """The number of the pass at work, or of the last."""
    _held: dict[Version, int] = field(default_factory=dict)
    _failed: int = 0
    """The last pass of which something could not be read."""
    _waiting: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)

    def begin(self) -> None:
        """Begin a pass."""
        self.passes += 1

    def end(self, horizons: Mapping[str, str]) -> None:
        """End a pass that saw all there is, and would look no further back than this."""
        self._waiting.append((self.passes, horizons))

    def take(self, version: Version) -> bool:
        """Take a version in hand; tell whether it was not."""
        if version in self._held:
            return False
        self._held[version] = self.passes
        return True

    def put_down(self, version: Version, *, done: bool) -> Mapping[str, str]:
        """Let go of a version that is done, or could not be read; return the horizons that may move now."""
        number = self._held.pop(version, 0)
        if not done:
            self._failed = max(self._failed, number)
        return self.ripe()

    def ripe(self) -> Mapping[str, str]:
        """Return the horizons that may move on, and forget them."""
        oldest = min(self._held.values(), default=self.passes + 1)
        moved: dict[str, str] = {}
        while self._waiting and self._waiting[0][0] < oldest:
            number, horizons = self._waiting.pop(0)
            moved.update(horizons if number > self._failed else {})
        return moved
