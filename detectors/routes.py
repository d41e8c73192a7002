"""Route templates: paths of one kind folded to one name, `/u/*/orders`, by the user's patterns, then by their looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from detectors.facts import matches

MAX_SEGMENTS: Final = 8
"""What lies deeper is one `*`."""
MAX_HYPHENS: Final = 3
"""What has more is the title of something."""
_CACHE_SIZE: Final = 4096
_CACHED_LENGTH: Final = 128
_WORD = re.compile(r"(?:v\d{1,2}|[A-Za-z][A-Za-z_-]{0,31}(?:\.[A-Za-z]{1,8}){0,3}|\.?[A-Za-z_-]{1,32})", re.ASCII)
"""What stays: words, versions, names of files without digits."""
_HEX = re.compile(r"[0-9a-fA-F]{8,}")


class Routes:
    """Folds paths. Remembers the words it has met, and the paths that came again."""

    __slots__ = ("_known", "_own", "_segments")

    def __init__(self, own: Sequence[str] = ()) -> None:
        """Take the user's patterns, which are tried first; see `facts.matches`."""
        self._own = own
        self._known: dict[str, str] = {}
        self._segments: dict[str, str] = {"": ""}

    def route(self, url: Any) -> str:  # noqa: ANN401 (any JSON value)
        """Return the template of a scrubbed path, or of a URL's path; empty for what is neither.

        >>> Routes().route("/u/8812/orders?page=2"), Routes(["/files/*"]).route("https://h.example/files/a/b")
        ('/u/*/orders', '/files/*')
        """
        if url.__class__ is not str:
            return ""
        known = self._known.get(url)
        if known is not None:
            return known
        path = _path(url)
        found = next((pattern for pattern in self._own if matches(pattern, path)), None) or self._fold(path)
        if len(url) <= _CACHED_LENGTH:
            if len(self._known) >= _CACHE_SIZE:
                self._known.clear()
            self._known[url] = found
        return found

    def _fold(self, path: str) -> str:
        if path[:1] != "/":
            return "*" if path else ""
        segments = self._segments
        parts = path.split("/", MAX_SEGMENTS + 1)
        made = [segments[part] if part in segments else self._learn(part) for part in parts[: MAX_SEGMENTS + 1]]
        return "/".join(made) + ("/*" if len(parts) > MAX_SEGMENTS + 1 else "")

    def _learn(self, part: str) -> str:
        if _WORD.fullmatch(part) is None or _HEX.fullmatch(part) or part.count("-") > MAX_HYPHENS:
            return "*"
        if len(self._segments) >= _CACHE_SIZE:
            self._segments.clear()
        self._segments[part] = part
        return part


def _path(url: str) -> str:
    if url[:1] != "/" and "://" in url:
        url = "/" + url.partition("://")[2].partition("/")[2]
    if "?" in url or "#" in url:
        url = url.partition("?")[0].partition("#")[0]
    return url
