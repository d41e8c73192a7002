"""What stands in files where a secret would stand: a word for one, a reference to one, the name of a variable. Pure."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_LETTERS_A_WORD = 2.8
"""Names have more letters a word than random text, as in `redactors.shapes`."""
_FOR_ONE = re.compile(
    r"(?i)(?:my|your|the|some|a|test)?[-_]?"
    r"(?:pass(?:word|wd|phrase)?|pwd|pw|secret|(?:access|bearer|auth)?[-_]?token|api[-_]?key|key|user(?:name)?)s?\d?"
    r"|x{3,}|[*.]+|\$\{?[\w.:-]+\}?|\{+[\w .:-]+\}+|<[^<>]+>|%[\w.]+%|%\([\w.]+\)s"
)
_REFERENCE = re.compile(r"(?:[A-Za-z_]\w{0,60}\.){1,8}[A-Za-z_]\w{0,60}")
_LEAST = {"private-key": 100}
"""What is shorter is no more than the line that opens a key."""
_LOOSE = frozenset({"bearer", "generic-key", "oauth-client-secret", "session-cookie"})
"""Rules that know a secret by the words before it: in code, what follows them may be a name."""


def is_placeholder(rule: str, value: str) -> bool:
    """Tell whether what a rule found in a file is no secret.

    >>> is_placeholder("url-password", "password"), is_placeholder("generic-key", "keys.Ed25519PrivateKey")
    (True, True)
    """
    if len(value) < _LEAST.get(rule, 0) or _FOR_ONE.fullmatch(value):
        return True
    words = len(_WORD.findall(value))
    return rule in _LOOSE and words * _LETTERS_A_WORD < len(value) and _REFERENCE.fullmatch(value) is not None
