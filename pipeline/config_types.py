"""What a value of the configuration can be: sizes, spans of time, dates, hosts, networks, marks."""

from __future__ import annotations

import re
from datetime import date, datetime
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

from detectors.allowlist import Allowlist
from redactors.base import FIELD_CLASSES, RECORDS_PREFIX, ConfigurationError, Value
from redactors.marks import MARK

_UNITS = {"": 1, "B": 1}
_UNITS |= {f"{letter}B": 1000**power for power, letter in enumerate("kMGT", 1)}
_UNITS |= {f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)}
_SIZE = re.compile(r"([0-9]{1,15})\s*([A-Za-z]*)")
_MAX_LINE_BYTES = 16 << 20
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"([0-9]{1,9})\s*([smhd])")
FILE_REFERENCE = "secret:"
"""What stands before the path of a file that holds a secret."""


def _bytes(value: Value) -> int:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if found is None or found[2] not in _UNITS or int(found[1]) == 0:
        message = 'not a size; right would be a number of bytes, or one with a unit: "256MiB", "1GB"'
        raise wrong(message)
    return int(found[1]) * _UNITS[found[2]]


def _share(value: float) -> float:
    if not 0 < value <= 1:
        message = "not a share; right would be a number above 0, 1 at most"
        raise wrong(message)
    return float(value)


def _line_bytes(value: int) -> int:
    if value > _MAX_LINE_BYTES:
        message = "more than a line may have; right would be 16MiB at most"
        raise wrong(message)
    return value


def _field_class(value: str) -> str:
    if value not in FIELD_CLASSES and not value.startswith(RECORDS_PREFIX):
        words = ", ".join((*FIELD_CLASSES, f"{RECORDS_PREFIX}DATASET"))
        message = f"unknown field class; right would be one of {words}"
        raise wrong(message)
    return value


def _path_template(value: str) -> str:
    segments = value.split("/")
    odd = [segment for segment in segments if ("{" in segment or "}" in segment) and segment != "{secret}"]
    if segments[0] or odd or not {"{secret}", "*"} & set(segments):
        what = "no path" if segments[0] else "a segment in braces that is not {secret}" if odd else "marks no segment"
        message = f'{what}; right would begin with / and have {{secret}} as a whole segment, as in "/r/{{secret}}"'
        raise wrong(message)
    return value


def _header_field(value: str) -> str:
    if not re.fullmatch(r"[^.\s]+\.\S+", value):
        message = 'not a header of a field; right would be FIELD.header-name, as in "RequestHeaders.x-user-id"'
        raise wrong(message)
    return value


def _seconds(value: Value) -> int:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        message = 'not a span of time; right would be a number with a unit: "90s", "10m", "6h", "2d"'
        raise wrong(message)
    return int(found[1]) * _SECONDS[found[2]]


def _date(value: Value) -> str:
    try:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        message = "not a date; right would be one as in 2026-04-15"
        raise wrong(message) from None


def _route(value: str) -> str:
    if not re.fullmatch(r"/\S*", value):
        message = 'no route; right would begin with / and may have * for a segment, as in "/u/*/orders"'
        raise wrong(message)
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[^\s/*?#@]+", value):
        message = "no host; right would be a name such as api.example.com, without a scheme and a path"
        raise wrong(message)
    return value.lower().removesuffix(".")


def _host_pattern(value: str) -> str:
    try:
        Allowlist([value])
    except ConfigurationError as error:
        message = f"no host; {str(error).partition('; ')[2]}"
        raise wrong(message) from None
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        message = 'no network; right would be one in CIDR form without bits behind its prefix, as in "203.0.113.0/24"'
        raise wrong(message) from None


def _mark(value: str) -> str:
    found = MARK.fullmatch(value)
    if found is None or found[2] is None:
        message = "no mark that can be followed; right would be one as in a redacted log, [identity~KK.…]"
        raise wrong(message)
    return value


def _secret(value: str) -> str:
    found = MARK.fullmatch(value)
    is_mark = found is not None and found[2] is not None
    if not is_mark and (not value.startswith(FILE_REFERENCE) or value == FILE_REFERENCE):
        message = 'neither a file nor a mark; right would be "secret:PATH", or a mark from `edgesieve key fingerprint`'
        raise wrong(message)
    return value


def wrong(message: str) -> PydanticCustomError:
    """Return the error that says what would be right."""
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
Share = Annotated[float, AfterValidator(_share)]
FieldClass = Annotated[str, AfterValidator(_field_class)]
PathTemplate = Annotated[str, AfterValidator(_path_template)]
HeaderField = Annotated[str, AfterValidator(_header_field)]
Span = Annotated[int, BeforeValidator(_seconds), WithJsonSchema({"type": "string", "examples": ["10m"]})]
"""Seconds."""
Date = Annotated[str, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
"""ISO."""
Route = Annotated[str, AfterValidator(_route)]
HostName = Annotated[str, AfterValidator(_host)]
HostPattern = Annotated[str, AfterValidator(_host_pattern)]
Network = Annotated[str, AfterValidator(_network)]
Mark = Annotated[str, AfterValidator(_mark)]
SecretOrMark = Annotated[str, AfterValidator(_secret)]


class Section(BaseModel):
    """A table: unknown keys are refused, and a wrong type is never bent into the right one."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)
