"""gatelodge demo: data to try Gatelodge with. What it said once it can say again: it keeps it in the data folder."""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import out
from gatelodge.cli.running import DatabaseOption, DataDirOption, JsonOption, quiet_logs, run, settings_of
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.refusals import Faults

if TYPE_CHECKING:
    from gatelodge.config import Settings
    from gatelodge.service.demo import Demo
    from gatelodge.service.services import Services

FILE_NAME = "demo.json"


def demo(
    origin: Annotated[
        str, typer.Option(metavar="URL", help="Where the first provider is to be.")
    ] = "http://localhost:8000",
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Fill an empty database with demo data, and say what to try it with; where it did so before, say it again."""
    with out.refusals():
        settings = settings_of(database=database, data_dir=data_dir)
        quiet_logs(settings)

        async def work(services: "Services") -> None:
            made = await services.demo.fill(origin)
            if isinstance(made, Faults):
                shown = await _kept(services, settings)
                if shown is None:
                    raise out.faulty(made)
                _remark_again(shown["origin"], origin, settings)
            else:
                shown = _shape(made)
                _keep(shown, settings)
            if as_json:
                out.json(shown)
            else:
                _print(shown)

        run(settings, work)


def _shape(made: "Demo") -> dict[str, Any]:
    application = made.application.application
    return {
        "origin": made.provider.origin,
        "users": [
            {"email": one.email, "password": one.password, "role": str(one.role), "access": str(one.access)}
            for one in made.users
        ],
        "application": {
            "client_id": public_id(application.id),
            "client_secret": made.application.client_secret,
            "redirect_uris": list(application.redirect_uris),
        },
        "cameras": [{"id": public_id(row_id), "name": name} for row_id, name in made.cameras],
        "providers": [{"name": one.name, "origin": one.origin} for one in (made.provider, *made.others)],
    }


def _file(settings: "Settings") -> Path:
    return settings.data_dir / FILE_NAME


def _keep(shown: dict[str, Any], settings: "Settings") -> None:
    """Write what was said, for its owner alone: all of it or nothing."""
    kept = _file(settings)
    try:
        descriptor, name = tempfile.mkstemp(dir=kept.parent, prefix=f"{FILE_NAME}.")  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump({"database": settings.database_url} | shown, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, kept)
        except OSError:
            os.unlink(name)
            raise
    except OSError as error:
        out.remark(f"This can't be shown again, as {kept} can't be written: {error.strerror}.")


async def _kept(services: "Services", settings: "Settings") -> dict[str, Any] | None:
    """What was said when this database was filled; None where something else is in it."""
    try:
        shown: dict[str, Any] = json.loads(_file(settings).read_text("ascii"))
        if shown.pop("database") != settings.database_url:
            return None
        row_id = parse_public_id(shown["application"]["client_id"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None  # not there, or not ours
    for one in await services.providers.all():
        if row_id is not None and await services.all_applications.find(one.id, row_id):
            return shown
    return None


def _remark_again(kept: str, asked: str, settings: "Settings") -> None:
    out.remark("The database has its demo data already; here it is again.")
    if asked.rstrip("/").lower() != kept:
        out.remark(
            f"Its first provider is at {kept}, not at {asked}; for another origin, begin with an empty database."
        )


def _print(shown: dict[str, Any]) -> None:
    """The same for a person: where to go, as whom, with which application, and what to do there."""
    from rich.console import Console
    from rich.text import Text

    application, users = shown["application"], shown["users"]
    uris = [("" if place else "redirect_uris", uri) for place, uri in enumerate(application["redirect_uris"])]
    parts: dict[str, list[tuple[str, ...]]] = {
        "Providers": [(one["name"], one["origin"]) for one in shown["providers"]],
        "Users": [(one["email"], one["password"], f"{one['role']}, {one['access']} access") for one in users],
        "Application": [*((name, application[name]) for name in ("client_id", "client_secret")), *uris],
        "Cameras": [(one["id"], one["name"]) for one in shown["cameras"]],
        "Next": [
            ("1", "gatelodge serve"),
            ("2", f"Open {shown['origin']} and sign in as {users[0]['email']}."),
            ("3", "In the menu at the top right, </> API: make a token, or see the application."),
        ],
    }
    console = Console(highlight=False)
    for heading, rows in parts.items():
        console.print(Text(heading, style="bold"))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for first, *others in rows:
            line = Text.assemble("  ", (first.ljust(widths[0]), "cyan"))
            for cell, width in zip(others, widths[1:], strict=True):
                line.append(f"   {cell:<{width}}")
            line.rstrip()
            console.print(line, soft_wrap=True)  # a secret that is cut or folded can't be copied
        console.print()
