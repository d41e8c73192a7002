"""A thread of its own for what must not be done by several at once, and must not hold up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

_Result = TypeVar("_Result")


@dataclass(slots=True)
class Thread:
    """Does one thing after the other."""

    name: str
    _executor: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Start nothing yet."""
        self._executor = ThreadPoolExecutor(1, self.name)

    async def run(self, act: Callable[..., _Result], *arguments: object) -> _Result:
        """Do something there; wait for it here."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, act, *arguments)

    def close(self) -> None:
        """End it once it has done what it was given."""
        self._executor.shutdown()
