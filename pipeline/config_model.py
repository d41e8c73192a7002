"""The configuration file as pydantic models: each key, its type, and what it means. Secrets are never among them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.config_ends import AnyFindings, DatadogSink, HttpSink, KafkaSink, LokiSink, ObjectsSink, ObjectsSource
from pipeline.config_flow import SourceChoices
from pipeline.config_live import FilesSink, HttpSource, MetricsChoices, SpoolChoices
from pipeline.config_places import Detect, Identity, PlaceChoices, ZoneChoices
from pipeline.config_types import FieldClass, LineSize, PathTemplate, Section, Size

LATER = (
    "archive",
    "canary",
    "judge",
    "sealed",
)
"""Sections of the configuration contract whose part of the program does not exist yet."""

LATER_KINDS = {
    "sink": ("otlp",),
    "source": ("command", "kafka"),
}
"""Kinds of sources and sinks of which the same is true."""
LATER_OF_PLACES = ("accounts", "scripts", "zones")
LATER_KEY = "redact"
"""A key of each place there of which the same is true."""


class Key(Section):
    """Where the key ring lies, and how far marks can be joined."""

    file: str | None = Field(
        default=None, description="Key file, made by `edgesieve key new FILE`; relative to this file."
    )
    scope: Literal["global", "account", "zone"] = Field(
        default="global", description="Marks of one secret are equal everywhere, within an account, or within a zone."
    )


class DatasetChoices(Section):
    """What the user knows better about one dataset."""

    fields: dict[str, FieldClass] = Field(default_factory=dict, description="Field name to field class.")


class Redact(Section):
    """What may leave. An absent key takes the profile's value."""

    profile: Literal["standard", "strict", "forensic"] = Field(default="standard", description="Where to start from.")
    query: Literal["strip", "params"] | None = Field(
        default=None, description="Queries of URLs: emptied, or kept by name."
    )
    params_keep: list[str] | None = Field(
        default=None, description="Parameters whose values stay, with query = params."
    )
    path_templates: list[PathTemplate] = Field(
        default_factory=list, description="Paths with {secret} segments, * for any."
    )
    ip: Literal["keep", "truncate", "mark", "encrypt", "drop"] | None = Field(
        default=None, description="Visitors' addresses."
    )
    unknown: Literal["scrub", "drop"] | None = Field(default=None, description="Fields that the dataset does not list.")
    personal: bool | None = Field(
        default=None, description="E-mail addresses, phone, card and account numbers in text."
    )
    cookies_keep: list[str] = Field(default_factory=list, description="Cookies whose values stay.")
    headers_keep: list[str] = Field(default_factory=list, description="Headers whose values stay, after a scan.")
    geo: Literal["coarse", "drop"] | None = Field(default=None, description="Latitude and longitude.")
    identity: Literal["mark", "keep"] | None = Field(default=None, description="User ids.")
    email: Literal["mark", "keep", "drop"] | None = Field(default=None, description="E-mail addresses.")
    rules_disabled: list[str] = Field(default_factory=list, description="Secret rules that do not run.")
    rules_shadow: list[str] = Field(default_factory=list, description="Secret rules that count and change nothing.")
    rules_allow: dict[str, list[str]] = Field(
        default_factory=dict, description="Rule to patterns (RE2) of values that it leaves alone."
    )
    rules_extra: str | None = Field(default=None, description="Folder of your own rule files; relative to this file.")
    datasets: dict[str, DatasetChoices] = Field(default_factory=dict, description="Choices by dataset.")


class FilesSource(SourceChoices):
    """Raw logs in files, and what they do not say of themselves."""

    kind: Literal["files"] = Field(description="What kind of source this is.")
    path: str = Field(description="Files, as a glob, or a folder; relative to this file.")


Source = Annotated[FilesSource | ObjectsSource | HttpSource, Field(discriminator="kind")]
Sink = Annotated[FilesSink | ObjectsSink | HttpSink | LokiSink | DatadogSink | KafkaSink, Field(discriminator="kind")]


class FindingsNames(Section):
    """Names for marks, where findings are shown to people."""

    file: str | None = Field(
        default=None, description='TOML file of marks and their names: "[identity~…]" = "ci-deployer".'
    )


class State(Section):
    """What is kept between runs."""

    dir: str | None = Field(default=None, description="Folder for what detectors have learned; relative to this file.")


class Bounds(Section):
    """What one input may cost."""

    body_bytes: Size | None = Field(default=None, description="Compressed size of an input.")
    inflated_bytes: Size | None = Field(default=None, description="Inflated size of an input.")
    line_bytes: LineSize | None = Field(default=None, description="Length of a line; 1MiB unless said, 16MiB at most.")


class Document(Section):
    """A whole configuration, all included files merged."""

    include: list[str] = Field(default_factory=list, description="Further files; globs, relative to this file.")
    key: Key = Field(default_factory=Key)
    redact: Redact = Field(default_factory=Redact)
    identity: Identity = Field(default_factory=Identity)
    limits: Bounds = Field(default_factory=Bounds)
    source: list[Source] = Field(default_factory=list, description="Where raw logs come from.")
    sink: list[Sink] = Field(default_factory=list, description="Where safe records go.")
    spool: SpoolChoices = Field(default_factory=SpoolChoices)
    metrics: MetricsChoices = Field(default_factory=MetricsChoices)
    detect: Detect = Field(default_factory=Detect)
    accounts: dict[str, PlaceChoices] = Field(default_factory=dict, description="What holds in an account, by its id.")
    zones: dict[str, ZoneChoices] = Field(default_factory=dict, description="What holds in a zone, by its name.")
    scripts: dict[str, PlaceChoices] = Field(default_factory=dict, description="What holds for a script, by its name.")
    findings: list[AnyFindings] = Field(default_factory=list, description="Where findings go.")
    findings_names: FindingsNames = Field(default_factory=FindingsNames)
    state: State = Field(default_factory=State)
