"""Secrets by their name in code and settings: `API_KEY = "…"`, `password: …`. Pure.

In logs any value behind such a name is marked. In code most are no secrets but names, types and places to put one, so
here the value must look like one too: written out, of letters and digits, no word, no path, no reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import re2

from redactors.checks import entropy
from redactors.names import CREDENTIAL, secrecy, words

_SHORTEST, _LONGEST = 8, 512
_LEAST_ENTROPY = 2.5
_SIGN = r"(?::\s{0,4}[A-Za-z_][0-9A-Za-z_.]*\s{0,4}=|:=|=>|={1,3}|:)"
"""Between name and value; in languages with types one may stand between them."""
_QUOTED = re2.compile(
    rf"([A-Za-z_][0-9A-Za-z_.-]*)[\"'`]?\]?\s{{0,4}}{_SIGN}\s{{0,4}}"
    rf"(?:\"([^\"\s\\]{{{_SHORTEST},}})\"|'([^'\s\\]{{{_SHORTEST},}})'|`([^`\s\\]{{{_SHORTEST},}})`)"
)
_BARE = re2.compile(
    r"(?m)^[ \t]*(?:(?:export|set|setx|ENV|ARG|-)[ \t]+|//[^\s=]*:)?([A-Za-z_][0-9A-Za-z_.-]*)[ \t]*(?:=|:[ \t])[ \t]*"
    rf"([^\s\"'`#;,<>(){{}}\[\]]{{{_SHORTEST},}})[ \t]*(?:[#;][^\r\n]*)?\r?$"
)
"""A line of a file of settings."""
_SETTINGS = re.compile(
    r"(?i)(?:.*\.)?(?:env|vars)(?:\.[\w-]+)?|.*\.(?:ini|cfg|conf|cnf|properties|ya?ml|npmrc|pypirc|sh|bash|zsh|tfvars)"
    r"|dockerfile(?:\..*)?|.*\.dockerfile|\.?(?:npmrc|pypirc|netrc|bashrc|profile)"
)
"""Names of files in which values need no quotes."""
_OF_ONE_REQUEST = frozenset("csrf xsrf nonce signature sig hmac assertion saml cookie samesite integrity seed".split())
"""Words of names whose values are no standing secrets."""
_STANDING = frozenset({"secret", "key", "password"})
"""But for what such values are made with: `COOKIE_SECRET`, `hmac_key`."""
_ABOUT = frozenset(
    "name names id ids field label placeholder policy path file dir url uri endpoint hint type types length size "
    "regex pattern format algorithm alg header param parameter prefix suffix message error env ref selector arn "
    "version title text description count min max expiry expires expiration ttl class style icon input page route "
    "scope scopes issuer audience mode method kind status hash digest fingerprint".split()
)
"""Last words of names that speak about a secret."""
_SLUG = re.compile(r"[A-Za-z]{1,20}(?:[-_.](?:[A-Za-z]{1,20}|v?\d{1,4}))+")
_NO_SECRET = re.compile(
    r"(?i)^(?:env|file|secrets?|vault|op|ssm|arn|ref|kms|sha\d+|var|data|local|module|self|this|process|import|config"
    r"|settings|[a-z][a-z0-9+.-]*:/)[:./]|^[./~@&%$*]|[$#]\{|\$\(|\{\{|%\(|[<>|]|\.{3}|\*{3}|x{4}|(.)\1{5}"
    r"|example|change.?me|placeholder|replace|insert|your|dummy|sample|redacted|todo|fixme|undefined|getenv|1234567"
)


def is_settings(name: str) -> bool:
    """Tell by its name whether a file is one of settings, in which values need no quotes.

    >>> is_settings(".env.production"), is_settings(".dev.vars"), is_settings("app.js")
    (True, True, False)
    """
    return _SETTINGS.fullmatch(name) is not None


def secrets_by_name(text: str, *, settings: bool) -> Iterator[tuple[int, int]]:
    """Yield where secrets stand that are known by their name, in characters; `settings` as `is_settings` tells."""
    for pattern in (_QUOTED, _BARE) if settings else (_QUOTED,):
        for found in pattern.finditer(text):
            group = next(each for each in range(2, pattern.groups + 1) if found.group(each) is not None)
            if _tells(found.group(1) or "") and _is_secret(found.group(group) or ""):
                yield found.span(group)


def _tells(name: str) -> bool:
    if secrecy(name) != CREDENTIAL:
        return False
    parts = words(name)
    return parts[-1] in _STANDING or (parts[-1] not in _ABOUT and _OF_ONE_REQUEST.isdisjoint(parts))


def _is_secret(value: str) -> bool:
    return (
        len(value) <= _LONGEST
        and any(letter.isdigit() for letter in value)
        and any(letter.isalpha() for letter in value)
        and _NO_SECRET.search(value) is None
        and _SLUG.fullmatch(value) is None
        and entropy(value) >= _LEAST_ENTROPY
    )
