"""The configuration of detection as pydantic models: what holds everywhere, in an account, a zone, for a script."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.config_types import (
    Date,
    HeaderField,
    HostName,
    HostPattern,
    Mark,
    Network,
    Route,
    SecretOrMark,
    Section,
    Span,
)


class Identity(Section):
    """Which headers and cookies say who a user is: their values become marks that can be followed."""

    request: list[HeaderField] = Field(default_factory=list, description="Headers that name the user who asks.")
    response: list[HeaderField] = Field(default_factory=list, description="Headers that name whom an answer is about.")
    session_cookies: list[str] = Field(default_factory=list, description="Session cookies not known by their name.")
    impersonation: list[HeaderField] = Field(
        default_factory=list, description="Headers that name the user whom staff act for."
    )


class OutboundHosts(Section):
    """Where scripts may call."""

    allow: list[HostPattern] = Field(
        default_factory=list, description="Hosts, or *.suffix for all below. Without this key hosts are learned."
    )


class BackendCredentials(Section):
    """Whose credentials a backend may see."""

    allow: list[SecretOrMark] = Field(
        default_factory=list, description="The scripts' own credentials: secret:PATH for a file's content, or marks."
    )
    user_credentials_at: list[HostName] = Field(
        default_factory=list, description="Backends that may see users' credentials."
    )


class RateLimitSpikes(Section):
    """Who may come in bursts, and where people log in."""

    partners: list[Network] = Field(default_factory=list, description="Networks of partners.")
    login_routes: list[Route] = Field(default_factory=list, description="Routes where people log in.")


class CrossUser(Section):
    """What belongs to one user alone."""

    private_routes: list[Route] = Field(default_factory=list, description="Routes whose answers are one user's own.")
    per_user_cache: list[Route] = Field(
        default_factory=list, description="Private routes that are cached for each user apart."
    )
    staff: list[Mark] = Field(default_factory=list, description="Identities that act for users.")


class AuditAccess(Section):
    """From where an account is administered."""

    api: list[Network] = Field(
        default_factory=list, description="Networks of API access. Without this key they are learned."
    )
    dashboard: list[Network] = Field(
        default_factory=list, description="Networks of dashboard access. Without this key they are learned."
    )
    roaming: list[Mark] = Field(default_factory=list, description="Actors who travel.")


class CompatDrift(Section):
    """From when on a script runs with another compatibility date."""

    scripts: dict[str, Date] = Field(default_factory=dict, description="Compatibility date by script.")
    date: Date | None = Field(default=None, description="Compatibility date of the script at hand.")


class _Detectors(Section):
    """Choices for each detector."""

    outbound_hosts: OutboundHosts = Field(default_factory=OutboundHosts)
    backend_credentials: BackendCredentials = Field(default_factory=BackendCredentials)
    rate_limit_spikes: RateLimitSpikes = Field(default_factory=RateLimitSpikes)
    cross_user: CrossUser = Field(default_factory=CrossUser)
    audit_access: AuditAccess = Field(default_factory=AuditAccess)
    compat_drift: CompatDrift = Field(default_factory=CompatDrift)


class Suppress(Section):
    """What is not to be said for a while. An absent key fits all."""

    detector: (
        Literal[
            "audit_access",
            "backend_credentials",
            "compat_drift",
            "cross_user",
            "inventory",
            "outbound_hosts",
            "rate_limit_spikes",
            "secret_exposure",
            "silence",
        ]
        | None
    ) = Field(default=None, description="Detector.")
    rule: str = Field(default="", description="Rule of the detector.")
    account: str = Field(default="", description="Account.")
    zone: str = Field(default="", description="Zone.")
    script: str = Field(default="", description="Script.")
    until: Date = Field(description="The first day, in UTC, on which it is said again.")
    reason: str = Field(default="", description="Why; shown when it has run out.")


class Detect(_Detectors):
    """What is wrong, and what is not. Lists of a detector hold where nothing nearer says otherwise."""

    false_alerts_per_zone_day: float | None = Field(
        default=None, gt=0, description="False alerts that may come, in a zone and day; 0.01 unless said."
    )
    allowed_lateness: Span | None = Field(default=None, description="How late a record may come; 10m unless said.")
    warm_up: Span | None = Field(
        default=None, description="How long a zone is learned before statistics are said; 6h unless said."
    )
    close_after: Span | None = Field(
        default=None, description="Silence after which a finding is closed; 1h unless said."
    )
    routes: list[Route] = Field(default_factory=list, description="Routes that paths are folded to, tried first.")
    suppress: list[Suppress] = Field(default_factory=list, description="What is not to be said for a while.")


class PlaceChoices(_Detectors):
    """What holds in an account, or for a script."""

    identity: Identity = Field(default_factory=Identity)


class ZoneChoices(PlaceChoices):
    """What belongs to a zone, and what holds in it."""

    account: str = Field(default="", description="Id of the account.")
    hosts: list[HostName] = Field(default_factory=list, description="Its hosts.")
    scripts: list[str] = Field(default_factory=list, description="Scripts whose trace events belong to it.")
    backends: list[HostName] = Field(
        default_factory=list, description="Hosts or services whose access logs belong to it."
    )
