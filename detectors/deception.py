"""What would make a cache take a private page for a file: an ending or a delimiter in its path.

The grammar of web cache deception (Gil 2017; Mirheidari and others, Cached and Confused, 2020): `/account/x.css`,
`/account;x.js`, `/account%2fx.css`; and `%0a`, `%23`, `%3b`, `%3f` for delimiters of one side only.
"""

from __future__ import annotations

import re
from typing import Any, Final

SIGNS: Final = (".", "%", ";")
"""Of these at least one is in each odd path: who asks looks for them first."""
_ENDINGS: Final = (
    "7z apk avi avif bin bmp bz2 class css csv dmg doc docx ejs eot eps exe flac gif gz ico iso jar jpeg jpg js mid"
    " midi mkv mp3 mp4 ogg otf pdf pict pls png ppt pptx ps rar svg svgz swf tar tif tiff ttf webm webp woff woff2 xls"
    " xlsx zip zst"
).split()
"""What is cached by default (Cloudflare, Default cache behavior)."""
_WORDS: Final = {ending: f"ext:{ending}" for ending in _ENDINGS}
_LONGEST: Final = 1 + max(map(len, _ENDINGS))
_DELIMITER = re.compile(r";|%(?:00|0a|0d|23|2f|3b|3f|5c)")


def odd_path(path: Any) -> str:  # noqa: ANN401 (any JSON value)
    """Say in a word what is odd about the path of a URI as it came; empty for nothing.

    >>> odd_path("/account/orders/77"), odd_path("/account/x.CSS?v=1"), odd_path("/account%2Fx.css"), odd_path("/me;x")
    ('', 'ext:css', '%2f', ';')
    """
    if path.__class__ is not str:
        return ""
    if "?" in path:
        path = path.partition("?")[0]
    found = _DELIMITER.search(path.lower()) if "%" in path or ";" in path else None
    if found:
        return found[0]
    tail = path[-_LONGEST:]
    return _WORDS.get(tail.rpartition(".")[2].lower(), "") if "." in tail else ""
