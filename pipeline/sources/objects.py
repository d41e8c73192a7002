"""Objects as inputs of a run that ends: those below an address, and their bytes."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.base import ReadError
from pipeline.inputs import Input, is_log
from pipeline.objects import StoreError, chunks, client_of, head, pages
from pipeline.stores import Address, ObjectTarget, Store


def expand(address: Address, store: Store, leave_out: ObjectTarget | None, errors: list[str]) -> Iterator[Input]:
    """Yield the object at an address, or all below it in the order of their keys.

    Left out are empty objects, those by which a push job tests its destination, and those below `leave_out` (that of
    the outputs). What cannot be listed goes to `errors`; a single object that cannot be seen is told when it is read.
    """
    try:
        client = client_of(store)
        if not address.is_folder:
            yield Input(str(address), address.key.rpartition("/")[2], head(client, address).size)
            return
        for page in pages(client, address):
            for each in page.objects:
                if is_log(each.key, each.size) and not _is_output(each.key, address, store, leave_out):
                    yield Input(f"s3://{address.bucket}/{each.key}", each.key[len(address.key) :], each.size)
    except StoreError as error:
        errors.append(str(error))


def read(address: Address, store: Store) -> Iterator[bytes]:
    """Yield the bytes of an object as they are stored.

    Raises:
        ReadError: it cannot be read, or not to its end.

    """
    try:
        yield from chunks(client_of(store), address)
    except StoreError as error:
        raise ReadError(str(error)) from None


def _is_output(key: str, below: Address, store: Store, outputs: ObjectTarget | None) -> bool:
    if outputs is None or (outputs.store.endpoint, outputs.address.bucket) != (store.endpoint, below.bucket):
        return False
    return outputs.address.key != below.key and key.startswith(outputs.address.key)
