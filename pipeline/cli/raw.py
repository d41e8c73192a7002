"""One raw input as a batch, with what the configuration says of it beyond its bytes."""

from __future__ import annotations

from pipeline.base import Batch
from pipeline.inputs import STANDARD_INPUT, printable
from pipeline.settings import FileSource, Settings, source_of
from pipeline.sources.files import read


def batch_of(path: str, dataset: str | None, settings: Settings) -> Batch:
    """Return a file or standard input as a batch; a dataset that is given wins over the configuration's."""
    said = source_of(settings.sources, path) or FileSource(path)
    origin = "stdin" if path == STANDARD_INPUT else printable(path)
    return said.batch(read(path), origin, dataset, path)
