"""`edgesieve completion`: the lines that teach a shell our commands, options, datasets and rules."""

from __future__ import annotations

import click


@click.command(
    epilog="""\b
Examples:
  edgesieve completion bash > ~/.local/share/bash-completion/completions/edgesieve
  edgesieve completion zsh > ~/.zfunc/_edgesieve
  edgesieve completion fish > ~/.config/fish/completions/edgesieve.fish
"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell."""
    from click.shell_completion import get_completion_class

    maker = get_completion_class(shell)
    if maker is not None:
        click.echo(maker(context.find_root().command, {}, "edgesieve", "_EDGESIEVE_COMPLETE").source())
