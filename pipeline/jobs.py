"""What is asked of `edgesieve redact`, by value."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.clashes import Place
from pipeline.settings import FileSource, store_of
from pipeline.stores import Store


@dataclass(frozen=True, slots=True)
class Job:
    """What was asked for."""

    inputs: tuple[str, ...] = ()
    """Paths of files and folders, addresses of objects, or "-" for standard input; none is standard input too."""
    output: str | None = None
    """A file or object, or a folder if it is one or ends in "/"; None or "-" is standard output."""
    dataset: str | None = None
    jobs: int = 1
    kept: tuple[Place, ...] = ()
    """What else was read, and must not be overwritten."""
    reports: tuple[Place, ...] = ()
    """Where the caller will write counts and findings."""
    sources: tuple[FileSource, ...] = ()
    """What is said of inputs, by their paths."""
    object_sinks: tuple[tuple[str, Store], ...] = ()
    """Where objects that are written lie, by how their addresses begin."""

    def read_from(self, path: str) -> Store:
        """Tell where an object lies that is read."""
        return store_of(((each.path, each.store) for each in self.sources), path)

    def written_to(self, path: str) -> Store:
        """Tell where an object lies that is written."""
        return store_of(self.object_sinks, path)
