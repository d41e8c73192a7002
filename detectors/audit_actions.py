"""How grave a change to an account is, by the words of both formats of the audit log."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

READ, CHANGE, GRAVE = range(3)

_OPENS: Final = frozenset(
    "2fa binding bindings credential credentials idp key keys member members membership mfa oauth permission"
    " permissions role roles secret secrets sso token tokens totp waf".split()
)
"""What gives someone a way in, or the word for what keeps attacks out: any change of it."""
_GUARDS: Final = frozenset(
    "access alert alerts audit bot bots ddos dnssec firewall gateway job jobs log logpush logs notification"
    " notifications policies policy rule rules ruleset rulesets".split()
)
"""What watches or refuses: grave where it is taken away."""
_AWAY: Final = frozenset("bypass deactivate delete deleted disable disabled off remove removed".split())
_READS: Final = frozenset("download export get list read view viewed".split())
_KEYS: Final = frozenset({"key", "keys", "secret", "secrets", "token", "tokens"})
"""Worth as much to who reads them as to who makes them."""
_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(4096)
def gravity(action: str, resource: str) -> int:
    """Return READ, CHANGE or GRAVE for a type of action and a type of resource.

    >>> [gravity(*each) for each in (("view", "zone"), ("rec_set", "dns_record"), ("create", "api_token"))]
    [0, 1, 2]
    """
    words = frozenset(_WORD.findall(f"{action} {resource}".lower()))
    if words & _READS:
        return GRAVE if words & _KEYS else READ
    grave = words & _OPENS or (words & _GUARDS and words & _AWAY)
    return GRAVE if grave else CHANGE
