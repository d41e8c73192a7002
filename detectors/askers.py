"""Who asked in a row, whether it is private, and whether the answer held anything: what `cross_user` asks of rows."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from detectors.columns import MARK_LETTERS, Columns
from detectors.facts import Choices, Facts
from detectors.fingerprints import split
from detectors.kinds import Key
from detectors.private_routes import hides_one, is_among

NAME: Final = "cross_user"
PANE: Final = 300
HOUR: Final = 3600
FOUND: Final = frozenset({"hit", "stale", "updating", "revalidated"})
"""What the cache says of an answer that it had."""
NOBODY: Final = "-"
USER, SESSION, CREDENTIAL = "isc"
"""How someone is known; the letter stands before the fingerprint, since those of different kinds are never compared."""


class Stretch:
    """The rows of a stretch, with what is asked of many of them looked up once."""

    __slots__ = ("_choices", "_private", "columns", "facts")

    def __init__(self, columns: Columns, facts: Facts) -> None:
        """Take the columns, and what the owner knows."""
        self.columns = columns
        self.facts = facts
        self._choices: dict[Key, Choices] = {}
        self._private: dict[Key, bool] = {}

    def whose(self, row: int) -> Key:
        """Return whose a row is: the zone, or else the account, for the owner of evidence; account; zone."""
        account, zone = self.columns.texts("account")[row], self.columns.texts("zone")[row]
        return (zone or account, account, zone)

    def choices(self, row: int) -> Choices:
        """Return what holds for a row."""
        account, zone, script = (self.columns.texts(name)[row] for name in ("account", "zone", "script"))
        found = self._choices.get((account, zone, script))
        if found is None:
            found = self.facts.at(account=account, zone=zone, script=script)
            self._choices[account, zone, script] = found
        return found

    def is_private(self, row: int, odd: str = "") -> bool:
        """Tell whether an answer is one user's alone, and no cache keeps it for each user apart.

        `odd` is what is odd about its path; then it may only hide a private one.
        """
        scope, script, route = (self.columns.texts(name)[row] for name in ("scope", "script", "route"))
        found = self._private.get((scope, script, route, odd))
        if found is None:
            said = self.choices(row).cross_user
            private = is_among(said.private_routes, route) or (bool(odd) and hides_one(said.private_routes, route))
            found = private and not is_among(said.per_user_cache, route)
            self._private[scope, script, route, odd] = found
        return found

    def has_content(self, row: int) -> bool:
        """Tell whether an answer held anything: errors, redirects and empty bodies give nothing away."""
        return 200 <= self.columns.numbers("status")[row] < 300 and not self.columns.numbers("empty")[row]  # noqa: PLR2004 (2xx)

    def is_staff(self, row: int) -> bool:
        """Tell whether who asked may act for others; where no staff is listed, whether they say so in the request."""
        staff = self.choices(row).cross_user.staff
        if staff:
            return not set(split(self.columns.texts("identity")[row])).isdisjoint(staff)
        return bool(self.columns.texts("acting_for")[row])

    def asker(self, row: int) -> str:
        """Return who asked: a letter for how that is known, and a fingerprint."""
        for letter, name in _KNOWN_BY:
            marks = self.columns.texts(name)[row]
            if marks:
                return letter + marks[:MARK_LETTERS]
        return NOBODY

    def oddness(self, row: int) -> str:
        """Return what is odd about the path of a page; empty where the answer is what the path says, a file."""
        odd, media = self.columns.texts("odd_path")[row], self.columns.texts("content_type")[row]
        return odd if odd and (not media or "html" in media or "json" in media) else ""


_KNOWN_BY: Final = ((USER, "identity"), (SESSION, "sessions"), (CREDENTIAL, "credentials"))


def differ(served: AbstractSet[str], everyone: AbstractSet[str], *, strangers: bool = False) -> bool:
    """Tell whether someone was served what was also given to another, known in the same way; or a stranger was."""
    known = everyone - {NOBODY}
    return any(one != other and one[0] in (other[0], strangers and NOBODY) for one in served for other in known)
