"""Things that a person names on the command line, looked up across providers."""

from typing import TYPE_CHECKING, Annotated

import typer

from gatelodge.cli.out import Refused
from gatelodge.identity.people import Account, User, normal_email
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.service.records import Application

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelodge.service.services import Services

ProviderOption = Annotated[
    str | None, typer.Option("--provider", metavar="HOST", help="The provider's host name, where it isn't clear.")
]


async def providers(services: "Services", host: str | None) -> "Sequence[Provider]":
    """The provider at `host`, or all where none is named."""
    every = await services.providers.all()
    if not every:
        raise Refused("There is no provider yet: make one with gatelodge provider create.")
    found = [one for one in every if host is None or one.host == host.lower()]
    if not found:
        raise Refused(f"There is no provider at {host}; there are {_hosts(every)}.")
    return found


async def provider(services: "Services", host: str | None) -> Provider:
    """The provider at `host`, which may be left out where there is only one."""
    found = await providers(services, host)
    if len(found) > 1:
        raise Refused(f"There are several providers; name one with --provider: {_hosts(found)}.")
    return found[0]


async def user(services: "Services", email: str, host: str | None) -> User:
    """The user with this e-mail address."""
    normal = normal_email(email)
    if normal is None:
        raise Refused(f"'{email}' is no e-mail address.")
    among = await providers(services, host)
    found = [(one, user) for one in among if (user := await services.people.by_email(one.id, normal))]
    if not found:
        raise Refused(f"There is no user {normal}{_at(host)}.")
    if len(found) > 1:
        there = _hosts([one for one, _ in found])
        raise Refused(f"There is a {normal} at several providers; name one with --provider: {there}.")
    return found[0][1]


async def account(services: "Services", name: str, host: str | None) -> Account:
    """The account of this name."""
    among = await providers(services, host)
    every = [(one, account) for one in among for account in await services.people.accounts(one.id)]
    found = [(one, account) for one, account in every if account.name == name.strip()]
    if not found:
        names = ", ".join(account.name for _, account in every) or "none yet; make one with gatelodge account create"
        raise Refused(f"There is no account named {name}{_at(host)}; there are {names}.")
    if len(found) > 1:
        there = _hosts([one for one, _ in found])
        raise Refused(f"There is an account named {name} at several providers; name one with --provider: {there}.")
    return found[0][1]


async def application(services: "Services", client_id: str) -> Application:
    """The application with this client_id."""
    row_id = parse_public_id(client_id)
    if row_id is not None:
        for one in await services.providers.all():
            if found := await services.all_applications.find(one.id, row_id):
                return found
    raise Refused(f"There is no application with the client_id {client_id}; see gatelodge app list.")


def _hosts(some: "Sequence[Provider]") -> str:
    return ", ".join(one.host for one in some)


def _at(host: str | None) -> str:
    return f" at {host}" if host else ""
