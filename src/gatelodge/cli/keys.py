"""gatelodge key: the installation's own keys, by id and date; what they are is never shown."""

from typing import TYPE_CHECKING

import typer

from gatelodge.cli import out
from gatelodge.cli.running import JsonOption, with_services

if TYPE_CHECKING:
    from gatelodge.service.services import Services

commands = typer.Typer(help="The installation's own keys. What they are is never shown.", no_args_is_help=True)


@commands.command("list")
@with_services
async def list_(services: "Services", as_json: JsonOption = False) -> None:
    """List keys, oldest first."""
    keys = services.keys.keys
    if as_json:
        out.json([{"id": one.id, "created_at": out.iso(one.created_at), "in_use": one is keys[-1]} for one in keys])
    else:
        out.table(("id", "created", "in use"), [(one.id, out.moment(one.created_at), one is keys[-1]) for one in keys])


@commands.command("rotate")
@with_services
async def rotate(services: "Services", as_json: JsonOption = False) -> None:
    """Make a new key and use it from now on. What the earlier ones signed stays good."""
    made = services.keys.rotate()
    if as_json:
        out.json({"id": made.id, "created_at": out.iso(made.created_at), "in_use": True})
    else:
        out.fields({"id": made.id, "created": out.moment(made.created_at)})
