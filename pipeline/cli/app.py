"""The group of all commands, and the one place where exceptions become exit codes and one line each."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from pipeline import __version__
from pipeline.base import WriteError
from pipeline.clashes import UsageError
from pipeline.cli import exits
from pipeline.cli.check import check
from pipeline.cli.completion import completion
from pipeline.cli.coverage import coverage
from pipeline.cli.demo import demo
from pipeline.cli.diff import diff
from pipeline.cli.explain import explain
from pipeline.cli.findings import findings
from pipeline.cli.hosts import hosts
from pipeline.cli.key import key
from pipeline.cli.redact import redact
from pipeline.cli.rules import rules
from pipeline.cli.run import run
from pipeline.cli.say import say
from pipeline.cli.scan import scan
from pipeline.cli.score_series import score_series
from pipeline.cli.simulate import simulate
from redactors.base import ConfigurationError

_HOME = Path(__file__).resolve().parent.parent.parent
_UNFINISHED = "what was not finished does not stand under its final name"
_ENDINGS: Mapping[int, int] = {
    signal.SIGINT: exits.INTERRUPTED,
    signal.SIGTERM: exits.TERMINATED,
    signal.SIGHUP: exits.HUNG_UP,
}
"""Signals that end the program with everything put away, and their exit codes."""

_CODES = "\n".join(f"  {code:<5}{meaning}" for code, meaning in exits.MEANINGS.items())


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"""\b
Examples:
  edgesieve redact < raw.ndjson > safe.ndjson
  edgesieve redact logs/ -o safe/ --key-file edgesieve.key
  edgesieve demo

\b
Exit codes (docs/exit-codes.md has more):
{_CODES}
""",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Make edge logs safe: secrets, tokens, cookies, queries and addresses are taken out before a log leaves."""


_COMMANDS = (
    redact,
    run,
    findings,
    coverage,
    explain,
    diff,
    scan,
    check,
    rules,
    hosts,
    score_series,
    key,
    simulate,
    demo,
    completion,
)
for _command in _COMMANDS:
    commands.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (the process's own when None) and return its exit code."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold raw records
    for number in _ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup the program stays deaf to SIGHUP
            signal.signal(number, _end)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more: what is still buffered must not raise again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return exits.DONE
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = commands.main(args=arguments, prog_name="edgesieve", standalone_mode=False)
    except BrokenPipeError:
        raise
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help(), err=True)
        return exits.USAGE
    except SystemExit as end:
        if isinstance(end.code, int) and end.code in _ENDINGS.values():
            say(f"{exits.MEANINGS[end.code]}; {_UNFINISHED}")
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback shows what records hold
        code, line = _told(error)
        say(line)
        return code
    return result if isinstance(result, int) else exits.DONE


def _end(number: int, _frame: object) -> NoReturn:
    """Leave what is being done, so that it puts away its temporary files; a second signal does not stop that."""
    for each in _ENDINGS:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(_ENDINGS[number])


def _told(error: BaseException) -> tuple[int, str]:
    """Return the exit code of an exception and what to say of it."""
    match error:
        case click.UsageError():
            told = exits.USAGE, _usage(error)
        case UsageError():
            told = exits.USAGE, str(error)
        case ConfigurationError():
            told = exits.CONFIGURATION, str(error)
        case WriteError():
            told = exits.IO, str(error)
        case OSError():
            told = exits.IO, f"{error.filename or 'input or output'}: {error.strerror or type(error).__name__}"
        case _:
            told = exits.FAULT, _fault(error)
    return told


def _usage(error: click.UsageError) -> str:
    where = error.ctx.command_path.removeprefix("edgesieve").strip() if error.ctx else ""
    # An argument too many may be a secret that was meant for stdin.
    message = " ".join(error.format_message().split()).rstrip(".")
    what = "too many arguments" if "unexpected extra argument" in message else message
    return f"{where + ': ' if where else ''}{what}; see edgesieve {where + ' ' if where else ''}--help"


def _fault(error: BaseException) -> str:
    """Name type and place of an exception; never its message, which may hold a value."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_HOME)] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown place"
    return f"a fault of edgesieve {__version__}: {type(error).__name__} at {place}; please report this line"
