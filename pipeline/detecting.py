"""What detection is made of, from the settings: a ring, a seed, facts."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace

from pipeline.facts import resolved
from pipeline.observer import Detection
from pipeline.settings import Settings
from pipeline.start import Parts
from redactors.base import ConfigurationError
from redactors.keyring import KEY_BYTES, KeyRing, new_ring

_SEED_BYTES = 32


def watching(parts: Parts, settings: Settings) -> Parts:
    """Return the parts of an engine that sees what it makes safe. Without a key file the ring is one of this run alone.

    Raises:
        ConfigurationError: facts need what is not there, such as the file of a secret.
        OSError: a file cannot be read.

    """
    ring = parts.ring or new_ring(os.urandom(2 * KEY_BYTES))
    detection = Detection(resolved(settings, ring), seed_of(ring), keyed=parts.ring is not None)
    # Without a key file an address that should be encrypted becomes a mark, whoever sees the records.
    unkeyed = parts.ring is None and parts.policy.ip == "encrypt"
    policy = replace(parts.policy, ip="mark") if unkeyed else parts.policy
    return replace(parts, policy=policy, ring=ring, detection=detection)


def seed_of(ring: KeyRing) -> bytes:
    """Return the secret bytes that workers and judges of one ring share; rotating the ring does not change them."""
    return hashlib.blake2b(ring.check, digest_size=_SEED_BYTES, person=b"edgesieve-detect").digest()


def detection_of(parts: Parts) -> Detection:
    """Return what `watching` has put into the parts."""
    if parts.detection is None:
        message = "no detection was asked for; right would be parts made by `watching`"
        raise ConfigurationError(message)
    return parts.detection
