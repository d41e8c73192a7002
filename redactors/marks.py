"""Marks: what stands in place of a secret, plain `[rule]` or keyed `[rule~KK.FFFFFFFFFFFFFFFFCCCC]`.

KK is the id of the key, F the keyed fingerprint of the bare token (80 bits), C a keyed check over all before it, so
that a mark typed by an attacker is not taken for one of ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable

from redactors.escapes import unquote
from redactors.keyring import TO_LETTERS, KeyRing

CLASS_MARKS = (
    "body",
    "cookie",
    "credential",
    "email",
    "geo",
    "header",
    "identity",
    "ip",
    "ip-encrypted",
    "param",
    "path",
    "session",
    "token",
)
"""Marks that field classes make; secret rules add their ids."""

PLATFORM_MARK = "REDACTED"
"""What the edge platform itself writes in place of a secret (Tail Workers): left as it is."""

MARK = re.compile(r"\[([a-z][a-z0-9-]{0,63})(?:~([A-Z2-7]{2})\.([A-Z2-7]{16})([A-Z2-7]{4}))?\]")

_FINGERPRINT_BYTES = 16
_CHECK_BYTES = 4
_SCHEME = re.compile(r"(?i)\s*(?:basic|bearer|token|apikey|dpop|negotiate)\s+(?=\S)")
_MAX_TENANTS = 10_000
_KEPT_LENGTH = 256
_MAX_MADE = 1024
"""Marks kept for tokens met again: the same session stands in a cookie map, a Cookie header and the next request."""


def bare(token: str) -> str:
    """Take scheme, quotes and percent-encoding off a token, so that it is the same wherever it stands.

    >>> bare('Bearer "a%2Fb"')
    'a/b'
    """
    for _ in range(3):
        token = unquote(token)
    scheme = _SCHEME.match(token) if " " in token else None
    if scheme:
        token = token[scheme.end() :]
    return token.strip(' \t"')


class Marker:
    """Makes the marks of one policy and recognises them. Holds the tenant whose subkey is in use."""

    def __init__(self, ring: KeyRing | None, rule_ids: Iterable[str] = (), scope: str = "global") -> None:
        """Take the ring (None: plain marks only), the ids that plain marks may have, and the scope of joins."""
        self._ring = ring
        self._names = frozenset((*CLASS_MARKS, *rule_ids))
        self._check = _keyed(ring.check, b"check", _CHECK_BYTES) if ring else None
        self.scoped = scope != "global" and ring is not None
        """Whether marks differ between tenants, so that `select` must be called for each record."""
        self._tenants: dict[str, hashlib.blake2b] = {}
        self._fingerprint = [None if ring is None or self.scoped else fingerprint_state(ring.keys[ring.active], "")]
        self._keyers: dict[str, Callable[[str], str]] = {}
        self._made: list[dict[str, str]] = []
        self.tenant = ""
        """Whose subkey is in use."""
        self.met: set[str] | None = None
        """Where somebody wants to know: fingerprints of marks that `stood` met. Who wants to know clears it."""

    def select(self, tenant: str) -> None:
        """Use the subkey of this tenant (an account or a zone) from here on; where it is empty, plain marks."""
        if self._ring is None or not self.scoped:
            return
        if tenant and tenant not in self._tenants:
            if len(self._tenants) >= _MAX_TENANTS:
                self._tenants.clear()
            self._tenants[tenant] = fingerprint_state(self._ring.keys[self._ring.active], tenant)
        self.tenant = tenant
        state = self._tenants[tenant] if tenant else None
        if self._fingerprint[0] is not state:
            self._fingerprint[0] = state
            for made in self._made:
                made.clear()

    def plain(self, rule: str) -> str:
        """Return the mark that cannot be followed."""
        return f"[{rule}]"

    def keyed(self, rule: str, token: str) -> str:
        """Return the mark that is the same for the same bare token; plain where there is no key."""
        return self.keyer(rule)(token)

    def keyer(self, rule: str) -> Callable[[str], str]:
        """Return what makes the keyed marks of one rule."""
        if rule not in self._keyers:
            self._keyers[rule] = self._keyer(rule)
        return self._keyers[rule]

    def _keyer(self, rule: str) -> Callable[[str], str]:
        if self._ring is None or self._check is None:
            return lambda _token: f"[{rule}]"
        made: dict[str, str] = {}
        self._made.append(made)
        body = f"{rule}~{self._ring.active}.".encode()
        form = b"[%b%%b%%b]" % body
        checked = self._check.copy()
        checked.update(body)
        fingerprint = self._fingerprint

        def keyed(token: str) -> str:
            mark = made.get(token)
            if mark is not None:
                return mark
            base = fingerprint[0]
            if base is None:
                return f"[{rule}]"
            state = base.copy()
            state.update((bare(token) if "%" in token or " " in token or '"' in token else token).encode())
            letters = state.digest().translate(TO_LETTERS)
            state = checked.copy()
            state.update(letters)
            mark = (form % (letters, state.digest().translate(TO_LETTERS))).decode()
            if len(token) <= _KEPT_LENGTH:
                if len(made) >= _MAX_MADE:
                    made.clear()
                made[token] = mark
            return mark

        return keyed

    def sealed(self, rule: str, letters: bytes) -> str:
        """Return a mark that carries these 16 letters under its check; plain where there is no key."""
        if self._ring is None or self._check is None:
            return f"[{rule}]"
        body = f"{rule}~{self._ring.active}.".encode() + letters
        state = self._check.copy()
        state.update(body)
        return f"[{(body + state.digest().translate(TO_LETTERS)).decode()}]"

    def is_mark(self, text: str) -> bool:
        """Tell whether the whole text is one mark of ours."""
        found = MARK.fullmatch(text) if text[:1] == "[" else None
        return found is not None and self.is_ours(found)

    def stood(self, text: str) -> bool:
        """Tell whether a value, as it came, is one mark of ours; its fingerprint is then among those `met`."""
        found = MARK.fullmatch(text) if text[:1] == "[" else None
        if found is None or not self.is_ours(found):
            return False
        if found[3] and self.met is not None:
            self.met.add(found[3])
        return True

    def is_ours(self, found: re.Match[str]) -> bool:
        """Tell whether what `MARK` found is ours: plain from the closed list, or keyed with a check that holds."""
        rule, key, fingerprint, check = found.groups()
        if key is None:
            return rule in self._names
        if self._check is None:
            return False
        state = self._check.copy()
        state.update(f"{rule}~{key}.{fingerprint}".encode())
        return state.digest().translate(TO_LETTERS) == check.encode()

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where marks of ours stand in a text, in order."""
        if "[" not in text:
            return []
        return [found.span() for found in MARK.finditer(text) if self.is_ours(found)]


def matches(ring: KeyRing, mark: str, secret: str, tenant: str = "") -> bool:
    """Tell whether this secret is behind a keyed mark made by any key of the ring."""
    found = MARK.fullmatch(mark)
    if found is None or found[2] not in ring.keys or not Marker(ring).is_ours(found):
        return False
    state = fingerprint_state(ring.keys[found[2]], tenant).copy()
    state.update(bare(secret).encode())
    return state.digest().translate(TO_LETTERS) == found[3].encode()


def fingerprints(ring: KeyRing, secret: str, tenants: Iterable[str] = ("",)) -> list[str]:
    """Return the 16 letters of a secret in marks by each key of the ring, for each tenant; "" is no tenant."""
    letters: list[str] = []
    for tenant in tenants:
        for key in ring.keys.values():
            state = fingerprint_state(key, tenant).copy()
            state.update(bare(secret).encode())
            letters.append(state.digest().translate(TO_LETTERS).decode())
    return letters


def fingerprint_state(key: bytes, tenant: str) -> hashlib.blake2b:
    """Prepare the keyed hash of fingerprints; copy it for each token."""
    if tenant:
        key = hashlib.blake2b(tenant.encode(), key=key, person=b"edgesieve-tenant").digest()
    return _keyed(key, b"fingerprint", _FINGERPRINT_BYTES)


def _keyed(key: bytes, person: bytes, size: int) -> hashlib.blake2b:
    """Prepare a keyed hash: BLAKE2b over the key and then the message.

    BLAKE2's own keyed mode (RFC 7693) is the same with the key padded to a block of 128 bytes, which doubles the cost
    of a short message. Nobody can lengthen a message without the key: BLAKE2 hashes its last block as the last.
    """
    state = hashlib.blake2b(person=b"edgesieve-" + person[:6], digest_size=size)
    state.update(key)
    return state
