"""Exit codes, and which one wins when several things went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

DONE = 0
NO = 1
USAGE = 2
UNSAFE = 65
FAULT = 70
IO = 74
CONFIGURATION = 78
HUNG_UP = 129
INTERRUPTED = 130
TERMINATED = 143

MEANINGS: Mapping[int, str] = {
    DONE: "done; also when the reader of the output went away (SIGPIPE)",
    NO: "`scan`: a secret was found; `rules test`: a rule failed; `key lookup`: no",
    USAGE: "wrong usage",
    UNSAFE: "some input could not be made safe; all the rest was delivered",
    FAULT: "a fault of edgesieve itself; please report the line on stderr, it holds no data",
    IO: "a file could not be read or written",
    CONFIGURATION: "bad configuration, rules or key file, or unreadable state",
    HUNG_UP: "ended by SIGHUP: the terminal went away",
    INTERRUPTED: "interrupted by Ctrl-C",
    TERMINATED: "ended by SIGTERM",
}

_ORDER = (TERMINATED, INTERRUPTED, HUNG_UP, FAULT, CONFIGURATION, IO, UNSAFE, USAGE, NO, DONE)


def worst(codes: Iterable[int]) -> int:
    """Return the code that tells most of several; done for none.

    >>> worst([DONE, UNSAFE, IO])
    74
    """
    found = set(codes)
    return next((code for code in _ORDER if code in found), DONE)
