"""The column on who asked, filled for whom it matters: those who were refused, and a sample of all others."""

from __future__ import annotations

from detectors import sights
from detectors.looking import Code, Look


def asker(look: Look) -> Code:
    """Tell the network where the answer was 429, and of one request in sixteen: by its id, which no visitor chooses."""
    paths = look.role("client")
    if not paths:
        return ""
    drawn = f"(w := {look.column('ray')}).__class__ is Str and w[-1:] == '0'" if look.role("ray") else "False"
    network = f"{look.call(sights.address, look.raw(paths[0]))}[0]"
    return f"({network} if {look.column('limiter')} or {drawn} else '')"
