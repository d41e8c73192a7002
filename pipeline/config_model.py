"""The configuration file as pydantic models: each key, its type, and what it means. Secrets are never among them."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from redactors.base import FIELD_CLASSES, RECORDS_PREFIX, Value

LATER = (
    "accounts",
    "archive",
    "canary",
    "detect",
    "findings",
    "findings_names",
    "judge",
    "metrics",
    "scripts",
    "sealed",
    "sink",
    "spool",
    "state",
    "zones",
)
"""Sections of the configuration contract whose part of the program does not exist yet."""

LATER_SOURCES = ("command", "http", "kafka", "objects")
LATER_SOURCE_KEYS = ("sample_rate",)
"""Kinds of a source, and keys of all, of which the same is true."""

_UNITS = {"": 1, "B": 1}
_UNITS |= {f"{letter}B": 1000**power for power, letter in enumerate("kMGT", 1)}
_UNITS |= {f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)}
_SIZE = re.compile(r"([0-9]{1,15})\s*([A-Za-z]*)")
_MAX_LINE_BYTES = 16 << 20


def _bytes(value: Value) -> int:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if found is None or found[2] not in _UNITS or int(found[1]) == 0:
        message = 'not a size; right would be a number of bytes, or one with a unit: "256MiB", "1GB"'
        raise _wrong(message)
    return int(found[1]) * _UNITS[found[2]]


def _line_bytes(value: int) -> int:
    if value > _MAX_LINE_BYTES:
        message = "more than a line may have; right would be 16MiB at most"
        raise _wrong(message)
    return value


def _field_class(value: str) -> str:
    if value not in FIELD_CLASSES and not value.startswith(RECORDS_PREFIX):
        words = ", ".join((*FIELD_CLASSES, f"{RECORDS_PREFIX}DATASET"))
        message = f"unknown field class; right would be one of {words}"
        raise _wrong(message)
    return value


def _path_template(value: str) -> str:
    segments = value.split("/")
    odd = [segment for segment in segments if ("{" in segment or "}" in segment) and segment != "{secret}"]
    if segments[0] or odd or not {"{secret}", "*"} & set(segments):
        what = "no path" if segments[0] else "a segment in braces that is not {secret}" if odd else "marks no segment"
        message = f'{what}; right would begin with / and have {{secret}} as a whole segment, as in "/r/{{secret}}"'
        raise _wrong(message)
    return value


def _header_field(value: str) -> str:
    if not re.fullmatch(r"[^.\s]+\.\S+", value):
        message = 'not a header of a field; right would be FIELD.header-name, as in "RequestHeaders.x-user-id"'
        raise _wrong(message)
    return value


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{message}", {"message": message})


Size = Annotated[
    int,
    BeforeValidator(_bytes),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "examples": ["256MiB"]}]}),
]
LineSize = Annotated[
    int,
    BeforeValidator(_bytes),
    AfterValidator(_line_bytes),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": _MAX_LINE_BYTES},
                {"type": "string", "examples": ["4MiB"]},
            ]
        }
    ),
]
FieldClass = Annotated[str, AfterValidator(_field_class)]
PathTemplate = Annotated[str, AfterValidator(_path_template)]
HeaderField = Annotated[str, AfterValidator(_header_field)]


class _Section(BaseModel):
    """A table: unknown keys are refused, and a wrong type is never bent into the right one."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Key(_Section):
    """Where the key ring lies, and how far marks can be joined."""

    file: str | None = Field(
        default=None, description="Key file, made by `edgesieve key new FILE`; relative to this file."
    )
    scope: Literal["global", "account", "zone"] = Field(
        default="global", description="Marks of one secret are equal everywhere, within an account, or within a zone."
    )


class DatasetChoices(_Section):
    """What the user knows better about one dataset."""

    fields: dict[str, FieldClass] = Field(default_factory=dict, description="Field name to field class.")


class Redact(_Section):
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


class Identity(_Section):
    """Which headers and cookies say who a user is: their values become marks that can be followed."""

    request: list[HeaderField] = Field(default_factory=list, description="Headers that name the user who asks.")
    response: list[HeaderField] = Field(default_factory=list, description="Headers that name whom an answer is about.")
    session_cookies: list[str] = Field(default_factory=list, description="Session cookies not known by their name.")
    impersonation: list[HeaderField] = Field(
        default_factory=list, description="Headers that name the user whom staff act for."
    )


class Source(_Section):
    """Raw logs, and what they do not say of themselves."""

    kind: Literal["files"] = Field(description="What kind of source this is.")
    path: str = Field(description="Files, as a glob, or a folder; relative to this file.")
    dataset: str | None = Field(default=None, description="Dataset of all records; else by path and content.")
    zone: str = Field(default="", description="Zone of the records that do not name theirs.")
    columns: list[str] = Field(default_factory=list, description="Names of the columns of CSV or TSV without a header.")
    rename: dict[str, str] = Field(
        default_factory=dict, description="A field's name in these logs to its name in the dataset."
    )
    redacted: bool = Field(default=False, description="These logs are redacted already: their marks are identities.")


class Bounds(_Section):
    """What one input may cost."""

    body_bytes: Size | None = Field(default=None, description="Compressed size of an input.")
    inflated_bytes: Size | None = Field(default=None, description="Inflated size of an input.")
    line_bytes: LineSize | None = Field(default=None, description="Length of a line; 1MiB unless said, 16MiB at most.")


class Document(_Section):
    """A whole configuration, all included files merged."""

    include: list[str] = Field(default_factory=list, description="Further files; globs, relative to this file.")
    key: Key = Field(default_factory=Key)
    redact: Redact = Field(default_factory=Redact)
    identity: Identity = Field(default_factory=Identity)
    limits: Bounds = Field(default_factory=Bounds)
    source: list[Source] = Field(default_factory=list, description="Where raw logs come from.")
