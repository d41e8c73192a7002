"""`edgesieve key`: make and rotate key rings, and ask what stands behind a mark."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from pipeline.cli import exits
from pipeline.cli.options import config_option, key_file_option, read_settings
from pipeline.cli.say import say
from redactors.base import ConfigurationError
from redactors.keyring import KeyRing

_FILE = click.Path(dir_okay=False, path_type=Path)
_MAX_SECRET_BYTES = 1 << 20
_tenant = click.option(
    "--tenant",
    metavar="NAME",
    help="Whose marks, where the key's scope is not global: a zone's name or an account's id, as the records say it.",
)


@click.group(
    epilog="""\b
Examples:
  edgesieve key new edgesieve.key
  edgesieve key rotate edgesieve.key
  edgesieve key fingerprint --key-file edgesieve.key < token.txt
  edgesieve key lookup --key-file edgesieve.key '[credential~…]' < token.txt
"""
)
def key() -> None:
    """Make and rotate key rings; ask what stands behind a mark."""


@key.command(
    short_help="Write a new key ring.",
    epilog="""\b
Examples:
  edgesieve key new edgesieve.key
  edgesieve key new /etc/edgesieve/edgesieve.key
""",
)
@click.argument("file", type=_FILE)
def new(file: Path) -> int:
    """Write a new key ring to FILE (mode 0600). An existing file is never overwritten."""
    from pipeline.keys import create_ring

    try:
        ring = create_ring(file)
    except FileExistsError:
        say(f"{file}: exists; right would be another name, or: edgesieve key rotate {file}")
        return exits.IO
    say(f"{file}: a new ring with the key {ring.active}; keep a copy: without it no mark can be looked up")
    return exits.DONE


@key.command(
    epilog="""\b
Examples:
  edgesieve key rotate edgesieve.key
  edgesieve key rotate edgesieve.key && cp -p edgesieve.key edgesieve.key.copy
"""
)
@click.argument("file", type=_FILE)
def rotate(file: Path) -> None:
    """Put a new active key into the ring FILE. Retired keys still verify and look up."""
    from pipeline.keys import rotate as rotate_file

    ring = rotate_file(file)
    say(f"{file}: the active key is now {ring.active}; retired: {', '.join(ring.ids[1:])}")


@key.command(
    short_help="Print the mark that stands in place of a secret.",
    epilog="""\b
Examples:
  edgesieve key fingerprint --key-file edgesieve.key < token.txt
  printf %s "$TOKEN" | edgesieve key fingerprint --config edgesieve.toml
""",
)
@key_file_option
@config_option
@_tenant
def fingerprint(key_file: Path | None, config: Path | None, tenant: str | None) -> None:
    """Read a secret from stdin and print the mark that stands in its place.

    Only the part in the middle, after the dot, is the secret's: another rule may have found it and given its name.
    """
    from redactors.marks import Marker

    ring, scope = _ring(key_file, config)
    marker = Marker(ring, scope=scope)
    marker.select(_checked_tenant(tenant, scope))
    click.echo(marker.keyed("credential", _secret()))


@key.command(
    short_help="Tell whether a secret stands behind a mark.",
    epilog="""\b
Examples:
  edgesieve key lookup --key-file edgesieve.key '[credential~…]' < token.txt
  edgesieve key lookup --config edgesieve.toml '[session~…]' < cookie.txt && echo that is the one
""",
)
@click.argument("mark")
@key_file_option
@config_option
@_tenant
def lookup(mark: str, key_file: Path | None, config: Path | None, tenant: str | None) -> int:
    """Read a secret from stdin and tell whether it stands behind MARK: exit 0 if it does, 1 if not.

    Every key of the ring is tried, retired ones too. Behind a mark [ip-encrypted~…] stands an address; an IPv6 one is
    compared by its /64, since no more was kept.
    """
    from redactors.addresses import ENCRYPTED
    from redactors.marks import MARK, matches

    found = MARK.fullmatch(mark)
    if found is None or found[2] is None:
        message = "MARK is no mark that can be looked up; right would be one like [credential~KK.FFFFFFFFFFFFFFFFCCCC]"
        raise click.UsageError(message)
    ring, scope = _ring(key_file, config)
    if found[1] == ENCRYPTED:
        _refuse_strange(ring, found)
        yes = _is_address(ring, mark, _secret())
    else:
        owner = _checked_tenant(tenant, scope)
        _refuse_strange(ring, found)
        yes = matches(ring, mark, _secret(), owner)
    click.echo("yes" if yes else "no")
    return exits.DONE if yes else exits.NO


def _is_address(ring: KeyRing, mark: str, address: str) -> bool:
    from ipaddress import IPv6Address, ip_address, ip_network

    from redactors.addresses import ENCRYPTED_BITS, decrypt

    try:
        asked = ip_address(address.strip())
    except ValueError:
        message = "what stands on stdin is no address; right would be an IPv4 or IPv6 address"
        raise click.UsageError(message) from None
    if isinstance(asked, IPv6Address):
        asked = ip_network((asked, ENCRYPTED_BITS), strict=False).network_address
    return decrypt(mark, ring) == str(asked)


def _refuse_strange(ring: KeyRing, found: re.Match[str]) -> None:
    """Refuse a mark of which this ring can say nothing: `no` would be taken for an answer."""
    from redactors.marks import Marker

    if found[2] not in ring.keys:
        message = (
            f"MARK was made by the key {found[2]}, which is not in this ring; right would be the ring that made it"
        )
        raise ConfigurationError(message)
    if not Marker(ring).is_ours(found):
        what = "the last four letters of MARK do not fit the rest"
        message = f"{what}; right would be the mark as it stands in the log, and the ring that made it"
        raise ConfigurationError(message)


def _checked_tenant(tenant: str | None, scope: str) -> str:
    if scope == "global" and tenant is not None:
        message = "--tenant: the key's scope is global, so that no tenant has marks of its own; right would be none"
        raise click.UsageError(message)
    if scope != "global" and not tenant:
        whose = {"zone": "a zone's name", "account": "an account's id"}[scope]
        message = f"the key's scope is {scope}: each has marks of its own; right would be --tenant with {whose}"
        raise click.UsageError(message)
    return tenant or ""


def _ring(key_file: Path | None, config: Path | None) -> tuple[KeyRing, str]:
    from pipeline.keys import read_ring

    settings = read_settings(config)
    path = key_file or settings.key_file
    if path is None:
        message = "no key file; right would be --key-file FILE, or --config FILE with [key] file"
        raise click.UsageError(message)
    return read_ring(path), settings.policy.scope


def _secret() -> str:
    """Take the secret from stdin, less one newline at its end. It goes nowhere but into the hash."""
    secret = sys.stdin.buffer.read(_MAX_SECRET_BYTES)
    for newline in (b"\n", b"\r"):
        secret = secret.removesuffix(newline)
    if not secret:
        message = "no secret on stdin"
        raise click.UsageError(message)
    return secret.decode(errors="replace")
