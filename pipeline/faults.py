"""Where the program failed; never with what, since messages of exceptions quote values."""

from __future__ import annotations

from pathlib import Path


def place_of(error: Exception) -> str:
    """Name the type of an exception, and file and line where it was raised."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
