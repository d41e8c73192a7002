"""A store that lists any number of objects: `python -m tests.pipeline.arriving.many 1000000` tells what that costs."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from pipeline.arriving.cursor import Cursor
from pipeline.arriving.listing import Pass
from pipeline.objects import client_of
from pipeline.stores import Address, Store

_PAGE = 1000
_SECONDS = 86_400


def name(number: int) -> str:
    """Name an object: one each second from the start of a day, in the order of time."""
    day, second = 20260301 + number // _SECONDS, number % _SECONDS
    at = f"{day}T{second // 3600:02}{second // 60 % 60:02}{second % 60:02}Z"
    return f"logs/{at}_{at}_{number:08x}.log.gz"


def serve(count: int) -> ThreadingHTTPServer:
    """Serve a bucket of so many objects in one folder."""

    class Listing(BaseHTTPRequestHandler):
        """Answers ListObjectsV2 as S3 does."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer with a page."""
            asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
            start = int(asked.get("continuation-token", 0))
            if "start-after" in asked and not start:
                start = next((at for at in range(count) if name(at) > asked["start-after"]), count)
            numbers = range(start, min(start + _PAGE, count))
            rows = "".join(
                f"<Contents><Key>{name(at)}</Key><LastModified>2026-03-15T00:00:00.000Z</LastModified>"
                f'<ETag>"{at:032x}"</ETag><Size>9</Size></Contents>'
                for at in numbers
            )
            more = numbers.stop < count
            token = f"<NextContinuationToken>{numbers.stop}</NextContinuationToken>" if more else ""
            said = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}"
            body = f'<?xml version="1.0"?><ListBucketResult>{said}</ListBucketResult>'.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the server
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def new_in_a_pass(endpoint: str, cursor: Cursor) -> int:
    """Make a pass, call all that is new done, and count it."""
    client = client_of(Store(endpoint, "env:MANY_ID,MANY_SECRET"))
    around, count = Pass(client, Address("any", "logs/"), "", 0.0, "20270101T000000Z", cursor), 0
    for page in around.pages():
        new = cursor.new((each.key, each.etag) for each in page)
        cursor.mark(new)
        count += len(new)
    cursor.advance(around.ahead())
    return count


def main() -> None:
    """Print what two passes cost."""
    count = int(sys.argv[1])
    os.environ |= {"MANY_ID": "x", "MANY_SECRET": "x"}
    server = serve(count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cursor.sqlite"
        cursor = Cursor(path)
        for _ in range(2):
            start, before = monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            found = new_in_a_pass(f"http://127.0.0.1:{server.server_port}", cursor)
            now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            size = sum(each.stat().st_size for each in Path(folder).glob("cursor.sqlite*"))
            took = monotonic() - start
            sys.stdout.write(
                f"{found:,} new in {took:.1f} s; {before >> 10} to {now >> 10} MB; on disk {size >> 20} MB\n"
            )
    server.shutdown()


if __name__ == "__main__":
    main()
