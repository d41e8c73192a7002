"""Objects as outputs of a run that ends: each takes its name when it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.base import WriteError
from pipeline.objects import StoreError, client_of
from pipeline.stores import ObjectTarget
from pipeline.uploads import Upload


@contextmanager
def writing(target: ObjectTarget) -> Iterator[Callable[[bytes], None]]:
    """Give a function that writes to a new object. Whatever ends the block but its own end, there is no such object.

    Raises:
        WriteError: the store refused; also raised by the function.

    """
    with _reported():
        upload = Upload(client_of(target.store), target.address)

    def write(data: bytes) -> None:
        with _reported():
            upload.write(data)

    try:
        yield write
        with _reported():
            upload.finish()
    except BaseException:
        upload.abandon()
        raise


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise WriteError(str(error)) from None
