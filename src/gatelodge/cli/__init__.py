"""gatelodge, the command line: one module for each noun, put together here.

Result on stdout, remarks on stderr; exit status 0 when done, 1 when refused, 2 when the command line is wrong."""

from typing import Annotated

import typer

from gatelodge import __version__
from gatelodge.cli import accounts, applications, keys, providers, registration_tokens, tokens, users
from gatelodge.cli.demo import demo
from gatelodge.cli.doctor import doctor
from gatelodge.cli.migrate import migrate
from gatelodge.cli.serve import serve

PROGRAM = "gatelodge"
INSTALLATION, CONTENT = "The installation", "What is in it"

commands = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they would show what is in the variables
    context_settings={"help_option_names": ["-h", "--help"]},
)
for one in (serve, demo, migrate, doctor):
    commands.command(rich_help_panel=INSTALLATION)(one)
commands.add_typer(keys.commands, name="key", rich_help_panel=INSTALLATION)
commands.add_typer(providers.commands, name="provider", rich_help_panel=CONTENT)
commands.add_typer(accounts.commands, name="account", rich_help_panel=CONTENT)
commands.add_typer(users.commands, name="user", rich_help_panel=CONTENT)
commands.add_typer(applications.commands, name="app", rich_help_panel=CONTENT)
commands.add_typer(tokens.commands, name="token", rich_help_panel=CONTENT)
commands.add_typer(registration_tokens.commands, name="registration-token", rich_help_panel=CONTENT)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


@commands.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An authorization server and developer portal for a cloud that others build on."""


def main() -> None:
    """Run the command that the process was started with."""
    commands(prog_name=PROGRAM)
