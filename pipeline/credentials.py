"""Secrets by reference, from the environment or a file, and the headers that are made of them."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from pathlib import Path

from redactors.base import ConfigurationError


def secret_of(reference: str, folder: Path) -> str:
    """Return the secret that `env:VARIABLE` or `file:PATH` names; paths are relative to a folder.

    Raises:
        ConfigurationError: it is not there.

    """
    kind, _, where = reference.partition(":")
    if kind == "env":
        secret = os.environ.get(where, "")
        if not secret:
            message = f"{where} not set; right would be a secret in the environment"
            raise ConfigurationError(message)
        return secret
    try:
        secret = (folder / where).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "no text"
        message = f"{where}: {what}; right would be a file that holds a secret"
        raise ConfigurationError(message) from None
    if not secret or not secret.isprintable():
        message = f"{where}: empty, or over several lines; right would be a file that holds a secret"
        raise ConfigurationError(message)
    return secret


def headers_of(auth: Iterable[str], folder: Path) -> dict[str, str]:
    """Return the headers that prove who we are: `header:NAME=REFERENCE`, `bearer:REFERENCE`, `basic:USER:REFERENCE`.

    Raises:
        ConfigurationError: a secret is not there.

    """
    headers: dict[str, str] = {}
    for each in auth:
        kind, _, rest = each.partition(":")
        if kind == "bearer":
            headers["Authorization"] = f"Bearer {secret_of(rest, folder)}"
        elif kind == "basic":
            user, _, reference = rest.partition(":")
            pair = f"{user}:{secret_of(reference, folder)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            name, _, reference = rest.partition("=")
            headers[name] = secret_of(reference, folder)
    return headers
