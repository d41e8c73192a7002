"""`edgesieve redact --path-report` tells which templates of paths had something marked."""

from __future__ import annotations

from pathlib import Path

from tests.program import Edgesieve

RECORD = b'{"ClientRequestURI":"%s?a=1","ClientRequestHost":"h","EdgeResponseStatus":200,"RayID":"8c2e0718822ce47c"}\n'


def test_templates_are_told_with_their_counts_and_no_secret(edgesieve: Edgesieve, tmp_path: Path) -> None:
    paths = [b"/u/4711/reset/Xk3jd82hf7aq1", b"/u/4712/reset/Yk3jd82hf7aq1", b"/orders/4711", b"/invite/Zk3jd82hf7aq1"]
    report = tmp_path / "paths.tsv"
    run = edgesieve("redact", "--path-report", report, stdin=b"".join(RECORD % path for path in paths))
    assert run.returncode == 0
    lines = report.read_text().splitlines()
    assert lines[1:] == ["2\thttp_requests\t/u/*/reset/{secret}", "1\thttp_requests\t/invite/{secret}"]
    assert "k3jd82hf7aq1" not in report.read_text()
