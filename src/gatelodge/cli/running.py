"""From the command line to the use cases and back: what every command that works on an installation goes through."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli.database import shown
from gatelodge.cli.out import Refused, refusals

if TYPE_CHECKING:  # both take long to import, and most of what is asked of a command line is help
    from gatelodge.config import Settings
    from gatelodge.service.services import Services

_PANEL = "Installation"
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="Where the data is: sqlite:///path/to/file.db or postgresql://user@host/database. Else "
        "GATELODGE_DATABASE, else gatelodge.db in the data folder.",
        rich_help_panel=_PANEL,
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="FOLDER",
        help="The folder of the master key. Else GATELODGE_DATA_DIR, else ./data.",
        rich_help_panel=_PANEL,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def settings_of(**command_line: Any) -> "Settings":
    """The settings, with what the command line gave before all else; None means that it gave nothing."""
    from gatelodge.config import SettingsError, read_settings

    try:
        return read_settings(**command_line)
    except SettingsError as error:
        raise Refused(*str(error).splitlines()) from None


def quiet_logs(settings: "Settings") -> None:
    """Log as the settings say, less what only matters to a server."""
    from gatelodge import logs

    logs.configure("warning" if settings.log_level == "info" else settings.log_level, settings.log_format)


@contextmanager
def faults_of(settings: "Settings") -> Iterator[None]:
    """Turn what may be wrong with an installation into refusals."""
    from gatelodge.app import SchemaError
    from gatelodge.config import SettingsError
    from gatelodge.service.keys import KeyFileError
    from gatelodge.service.ports import StoreUnavailable

    try:
        yield
    except (SettingsError, SchemaError, KeyFileError) as error:
        raise Refused(*str(error).splitlines()) from None
    except StoreUnavailable as error:
        raise Refused(f"GATELODGE_DATABASE: {shown(settings.database_url)} can't be used: {error}.") from None


def run(settings: "Settings", work: "Callable[[Services], Awaitable[None]]", *, migrate: bool = True) -> None:
    """Bring the database up to date, or see that it is, open the use cases and do `work` with them."""
    from gatelodge.app import open_services, prepare

    async def opened() -> None:
        async with open_services(settings) as services:
            await work(services)

    with faults_of(settings):
        prepare(settings, migrate=migrate)
        asyncio.run(opened())


def with_services(work: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Make a command of an async function that takes the services and then its options: the command takes these
    options, and --database and --data-dir besides."""

    def command(*, database: str | None, data_dir: Path | None, **given: Any) -> None:
        with refusals():
            settings = settings_of(database=database, data_dir=data_dir)
            quiet_logs(settings)
            run(settings, lambda services: work(services, **given))

    _, *own = inspect.signature(work).parameters.values()
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [one.replace(kind=kind) for one in own] + [
        inspect.Parameter("database", kind, default=None, annotation=DatabaseOption),
        inspect.Parameter("data_dir", kind, default=None, annotation=DataDirOption),
    ]
    # What Typer looks at to make the options.
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # PEP 362 has it
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__name__, command.__doc__ = work.__name__, work.__doc__
    return command
