"""`edgesieve completion`: what a shell learns of us."""

from __future__ import annotations

import pytest

from tests.program import Edgesieve


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_scripts_are_printed(edgesieve: Edgesieve, shell: str) -> None:
    assert b"_EDGESIEVE_COMPLETE" in edgesieve("completion", shell).stdout


def test_completion_knows_commands_datasets_and_rules(edgesieve: Edgesieve) -> None:
    def complete(*words: str) -> set[str]:
        run = edgesieve(_EDGESIEVE_COMPLETE="fish_complete", COMP_WORDS=" ".join(words[:-1]), COMP_CWORD=words[-1])
        return {line.partition(",")[2].partition("\t")[0] for line in run.stdout.decode().splitlines()}

    assert complete("edgesieve", "re") == {"redact"}
    assert "dns_logs" in complete("edgesieve", "redact", "--dataset", "dns")
    assert any(name.startswith("github") for name in complete("edgesieve", "rules", "show", "git"))


def test_completion_without_a_shell_is_told_in_one_line(edgesieve: Edgesieve) -> None:
    run = edgesieve("completion")
    assert (run.returncode, run.stdout, run.stderr.count(b"\n")) == (2, b"", 1)
    assert b"bash, zsh, fish" in run.stderr
