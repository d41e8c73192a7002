"""What a run was told to do, by value: from a configuration file, or the defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pipeline.base import Batch, Limits
from pipeline.stores import DEFAULT_STORE, Store, is_address
from redactors.base import Value
from redactors.policy import Policy

KeyPath = tuple[str | int, ...]
"""A key of the configuration: its table's names, then its own; an int is a place in a list."""


def dotted(path: KeyPath) -> str:
    """Spell a key as it is said to people.

    >>> dotted(("redact", "params_keep", 2))
    'redact.params_keep[2]'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def nearest(name: str, known: Iterable[str]) -> str:
    """Name what may have been meant: at most three, the likeliest first.

    >>> nearest("htp_requests", ("dns_logs", "http_requests")), nearest("zzz", ("dns_logs",))
    ('http_requests', 'dns_logs')
    """
    import difflib  # noqa: PLC0415 (only who errs needs it)

    names = sorted(known)
    near = difflib.get_close_matches(name, names, 3) or difflib.get_close_matches(name, names, 3, 0)
    return ", ".join([*near[:-2], " or ".join(near[-2:])])


@dataclass(frozen=True, slots=True)
class FileSource:
    """What is said of the files or objects that a path matches."""

    path: str
    """A glob, in which `**` stands for any folders; or a folder; or s3://BUCKET/ and how keys begin."""
    dataset: str | None = None
    zone: str = ""
    columns: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    redacted: bool = False
    sample_rate: float = 1.0
    """So much of all records the logs hold; above 0, 1 at most."""
    store: Store = DEFAULT_STORE
    """Of objects."""

    def batch(self, chunks: Iterable[bytes], origin: str, dataset: str | None, path: str) -> Batch:
        """Return a file as a batch; a dataset that is given wins."""
        return Batch(
            chunks,
            origin,
            dataset or self.dataset,
            path,
            self.zone,
            self.columns,
            self.rename,
            self.redacted,
            round(1 / self.sample_rate),
        )


def source_of(sources: Sequence[FileSource], path: str) -> FileSource | None:
    """Return the first source whose path is that of an input, or of a folder above it; "-" takes the only one."""
    if path == "-":
        return sources[0] if len(sources) == 1 else None
    if is_address(path):
        return next((each for each in sources if is_address(each.path) and path.startswith(each.path)), None)
    parts = Path(path).absolute().parts
    return next((each for each in sources if _matches(Path(each.path).absolute().parts, parts)), None)


def store_of(places: Iterable[tuple[str, Store]], path: str) -> Store:
    """Return the store of the first address that begins a path, or that the path begins; that of AWS tools if none."""
    return next((store for uri, store in places if path.startswith(uri) or uri.startswith(path)), Store())


def _matches(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_matches(pattern[1:], parts[at:]) for at in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(pattern[1:], parts[1:])


def _no_bounds() -> Limits:
    # A run without a configuration reads its user's own files, however big; a line and a ratio stay bounded.
    return Limits(body_bytes=None, inflated_bytes=None)


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration as the rest of the program takes it. The defaults are those of a run without a file."""

    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=_no_bounds)
    key_file: Path | None = None
    rules_extra: Path | None = None
    """Folder of the user's own rule files."""
    sources: tuple[FileSource, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What is known to the detectors, as JSON: `pipeline.facts` makes facts of it where detectors run."""
    findings: Path | None = None
    """File of findings."""
    names: Path | None = None
    """File of names for marks."""
    state: Path | None = None
    """Folder for what detectors have learned."""
    object_sinks: tuple[tuple[str, Store], ...] = ()
    """Addresses of sinks, and where they are."""
    live: Mapping[str, Any] = field(default_factory=dict)
    """What a live run reads and writes, as JSON: `pipeline.run_settings` makes values of it."""
    files: tuple[Path, ...] = ()
    """All files that the configuration was read from."""
    where: Callable[[KeyPath], str] = dotted
    """Says where a key stands, as `FILE:LINE: KEY`, for what is found wrong only later."""


def to_plain(policy: Policy, limits: Limits) -> dict[str, Any]:
    """Turn what a file says into JSON types; `from_plain` turns them back."""
    return {"policy": asdict(policy), "limits": asdict(limits)}


def from_plain(plain: Mapping[str, Any]) -> tuple[Policy, Limits]:
    """Rebuild what `to_plain` took apart, from JSON too."""
    return Policy(**_tuples(plain["policy"])), Limits(**plain["limits"])


def _tuples(value: Value) -> Value:
    if isinstance(value, dict):
        return {name: _tuples(inner) for name, inner in value.items()}
    return tuple(value) if isinstance(value, list) else value
