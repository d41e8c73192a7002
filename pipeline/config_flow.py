"""What sources and sinks of a configuration have in common, as models: what logs are, what goes where, secrets."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipeline.config_types import Section, Share, wrong
from pipeline.where import parse_where
from redactors.base import ConfigurationError

REFERENCE = r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)"
_AUTH = re.compile(rf"header:[!#$%&'*+.^_`|~0-9A-Za-z-]+={REFERENCE}|bearer:{REFERENCE}|basic:[^:]+:{REFERENCE}")


def _auth(value: str) -> str:
    if not _AUTH.fullmatch(value):
        message = (
            'not a way to prove who one is; right would be "header:NAME=env:VARIABLE", "bearer:env:VARIABLE",'
            ' "basic:USER:env:VARIABLE", or file:PATH in place of env:VARIABLE'
        )
        raise wrong(message)
    return value


def _where(value: str) -> str:
    try:
        parse_where(value)
    except ConfigurationError as error:
        raise wrong(str(error)) from None
    return value


Auth = Annotated[str, AfterValidator(_auth)]
Where = Annotated[str, AfterValidator(_where)]


class SourceChoices(Section):
    """What logs do not say of themselves."""

    dataset: str | None = Field(default=None, description="Dataset of all records; else by path and content.")
    zone: str = Field(default="", description="Zone of the records that do not name theirs.")
    columns: list[str] = Field(default_factory=list, description="Names of the columns of CSV or TSV without a header.")
    rename: dict[str, str] = Field(
        default_factory=dict, description="A field's name in these logs to its name in the dataset."
    )
    redacted: bool = Field(default=False, description="These logs are redacted already: their marks are identities.")
    sample_rate: Share = Field(default=1.0, description="Share of all records that the log job sends; scales counts.")


class SinkChoices(Section):
    """What of all records goes to a sink."""

    datasets: list[str] = Field(default_factory=list, description="Datasets that go there; all unless said.")
    zones: list[str] = Field(default_factory=list, description="Zones that go there; all unless said.")
    where: Where | None = Field(default=None, description="Condition on the safe record.")
    sample: Share | None = Field(default=None, description="Share of the records that `where` does not pick.")
    drop_fields: list[str] = Field(default_factory=list, description="Fields that are left out.")
    on_full: Literal["refuse", "drop_sink"] = Field(
        default="refuse", description="Where this sink fills the spool: refuse new batches, or let it miss some."
    )
