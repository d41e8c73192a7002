"""Where a run reads and writes: files and objects behind the same few calls. Clients load only for objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from pipeline.inputs import Input
from pipeline.sinks import files as file_sink
from pipeline.sinks.files import Target, Write
from pipeline.sources import files as file_source
from pipeline.stores import ObjectTarget, Store, address_of, is_address

AnyTarget = Target | ObjectTarget
Folder = Path | ObjectTarget
StoreOf = Callable[[str], Store]


def expand(paths: Iterable[str], leave_out: Folder | None, store_of: StoreOf) -> tuple[list[Input], list[str]]:
    """List the inputs in the order given, folders and prefixes walked in the order of names; and what could not be."""
    inputs: list[Input] = []
    errors: list[str] = []
    for path in paths:
        if is_address(path):
            from pipeline.sources import objects  # noqa: PLC0415 (a client takes half a second to load)

            kept = leave_out if isinstance(leave_out, ObjectTarget) else None
            inputs += objects.expand(address_of(path), store_of(path), kept, errors)
        else:
            found, wrong = file_source.expand((path,), leave_out if isinstance(leave_out, Path) else None)
            inputs += found
            errors += wrong
    return inputs, errors


def is_walked(path: str) -> bool:
    """Tell whether a path stands for all that is below it."""
    return address_of(path).is_folder if is_address(path) else Path(path).is_dir()


def holds(folder: str, each: Input) -> bool:
    """Tell whether an input lies below what is walked."""
    if is_address(folder):
        return each.path.startswith(f"{folder.rstrip('/')}/")
    return not is_address(each.path) and Path(each.path).is_relative_to(folder)


def identified(path: str, store_of: StoreOf) -> str | ObjectTarget:
    """Return what tells whether two paths are the same file or object."""
    return ObjectTarget(address_of(path), store_of(path)) if is_address(path) else path


def read(path: str, store: Store) -> Iterator[bytes]:
    """Yield the bytes of a file, an object or standard input; an empty chunk says that none is waiting just now.

    Raises:
        ReadError: it cannot be read, or not to its end.

    """
    if not is_address(path):
        return file_source.read(path)
    from pipeline.sources import objects  # noqa: PLC0415 (as above)

    return objects.read(address_of(path), store)


def folder_of(output: str | None, store_of: StoreOf) -> Folder | None:
    """Return the folder or prefix that an output is; None where it is one file or object."""
    if output and is_address(output):
        address = address_of(output)
        return ObjectTarget(address, store_of(output)) if address.is_folder else None
    return Path(output) if output and (output.endswith("/") or Path(output).is_dir()) else None


def target_in(folder: Folder, each: Input) -> AnyTarget | None:
    """Return where the output of an input goes in a folder; None where its key would lead out of the folder."""
    if isinstance(folder, ObjectTarget):
        return folder.below(each.name)
    if is_address(each.path) and any(part in ("", ".", "..") or "\0" in part for part in each.name.split("/")):
        return None
    return file_sink.target_for(folder / each.name, each.mode)


def writing(target: AnyTarget) -> AbstractContextManager[Write]:
    """Give a function that writes to a new file or object, which takes its name at the end of the block.

    Raises:
        WriteError: it cannot be written; also raised by the function.

    """
    if isinstance(target, Target):
        return file_sink.writing(target)
    from pipeline.sinks import objects  # noqa: PLC0415 (as above)

    return objects.writing(target)


def writing_to(output: str | None, mode: int, store_of: StoreOf) -> AbstractContextManager[Write]:
    """Give a function that writes to one file, object, device or pipe; None is standard output.

    Raises:
        WriteError: as `writing`.
        BrokenPipeError: the reader of the output has gone; only raised by the function.

    """
    if output and is_address(output):
        return writing(ObjectTarget(address_of(output), store_of(output)))
    return file_sink.writing_to(output, mode)


def discard(target: AnyTarget | None) -> None:
    """Remove what has not taken its final name; a store forgets such objects by itself."""
    if isinstance(target, Target):
        file_sink.discard(target)
