"""THE table: every detector. Being listed here brings it under the law tests and into the docs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from detectors.audit_access import AuditAccess
from detectors.backend_credentials import BackendCredentials
from detectors.base import Detector
from detectors.compat_drift import CompatDrift
from detectors.cross_user import CrossUser
from detectors.kinds import Kind
from detectors.outbound_hosts import OutboundHosts
from detectors.rate_limit_spikes import RateLimitSpikes
from detectors.secret_exposure import SecretExposure
from detectors.silence import Silence

DETECTORS: Final[tuple[Detector, ...]] = (
    AuditAccess(),
    OutboundHosts(),
    BackendCredentials(),
    CrossUser(),
    RateLimitSpikes(),
    CompatDrift(),
    SecretExposure(),
    Silence(),
)


def kinds_of(detectors: Sequence[Detector]) -> dict[str, Kind]:
    """Return the kinds of evidence of all detectors, by their names on the wire."""
    return {kind.id: kind for detector in detectors for kind in detector.kinds}
