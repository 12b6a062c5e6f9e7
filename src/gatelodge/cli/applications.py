"""gatelodge app: OAuth2 applications."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import find, out
from gatelodge.cli.client_settings import NAMES, JwksOption, SetOption, read_settings, shown
from gatelodge.cli.find import ProviderOption
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.cli.scopes import read_scope
from gatelodge.protocol.client import CLIENT_CREDENTIALS
from gatelodge.protocol.client_settings import DEFAULT
from gatelodge.protocol.credentials import public_id
from gatelodge.service.applications import tidy
from gatelodge.service.minting import clock
from gatelodge.service.records import Application, ApplicationForm
from gatelodge.service.refusals import Faults, NotAllowed, NotFound

if TYPE_CHECKING:
    from gatelodge.service.applications import Registered
    from gatelodge.service.services import Services

commands = typer.Typer(help="OAuth2 applications.", no_args_is_help=True)


class Grant(StrEnum):
    """What an application may do to get tokens, as RFC 7591 §2 names it."""

    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"
    CLIENT_CREDENTIALS = "client_credentials"
    DEVICE_CODE = "device_code"
    TOKEN_EXCHANGE = "token-exchange"
    JWT_BEARER = "jwt-bearer"

    @property
    def wire(self) -> str:
        """Its name on the wire: those of the later ones are URNs (RFC 8628 §3.4, RFC 8693 §2.1, RFC 7523 §2.1)."""
        return self.value if self in _PLAIN else f"urn:ietf:params:oauth:grant-type:{self.value}"


_PLAIN = frozenset({Grant.AUTHORIZATION_CODE, Grant.REFRESH_TOKEN, Grant.CLIENT_CREDENTIALS})


ClientId = Annotated[str, typer.Argument(metavar="CLIENT_ID", help="The application.")]


@commands.command("create")
@with_services
async def create(
    services: "Services",
    owner: Annotated[str, typer.Option(metavar="EMAIL", help="The user who makes it; needs full access.")],
    name: Annotated[str, typer.Option(help="What people see when it asks for access.")],
    description: Annotated[str, typer.Option(help="What it does, in a sentence.")],
    redirect_uri: Annotated[
        list[str] | None,
        typer.Option(
            "--redirect-uri",
            metavar="URL",
            help="Where codes are sent to; may be given again. Needed where it asks users for access.",
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="It can't keep a secret: it gets none, and must use PKCE.")
    ] = False,
    grant: Annotated[
        list[Grant] | None,
        typer.Option(
            "--grant",
            metavar="|".join(Grant),
            help="What it may do besides what its kind may; may be given again. Without redirect URLs it is all that "
            "it may do.",
        ),
    ] = None,
    scope: Annotated[
        str | None,
        typer.Option(help="Its rights as itself, with client_credentials: read,events. Else read."),
    ] = None,
    optional_scope: Annotated[
        str | None,
        typer.Option(help="The rights that people may leave out when it asks for them: events,recordings."),
    ] = None,
    resource_server: Annotated[
        bool, typer.Option("--resource-server", help="It is an API: it asks about tokens, and gets none itself.")
    ] = False,
    setting: SetOption = None,
    jwks: JwksOption = None,
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register an application and show its secret, this once."""
    if resource_server and redirect_uri:
        raise out.Refused("--redirect-uri: A resource server sends nobody anywhere; leave this out.")
    user = await find.user(services, owner, provider)
    plain = ApplicationForm(
        name,
        description,
        tuple(redirect_uri or ()),
        confidential=not public,
        resource_server=resource_server,
        optional_scope=read_scope(optional_scope or "", "--optional-scope"),
        settings=read_settings(DEFAULT, setting or (), jwks),
    )
    form = _with_grants(plain, frozenset(one.wire for one in grant or ()), scope)
    made = await services.applications.register(user, form)
    _show_secret(made, {"kind": "--resource-server" if resource_server else "--grant"}, as_json=as_json)


def _with_grants(form: ApplicationForm, asked: frozenset[str], scope: str | None) -> ApplicationForm:
    """The form with what was asked for: besides its kind's own, or alone where there are no redirect URLs."""
    own = read_scope(scope) if scope is not None else frozenset({"read"} if CLIENT_CREDENTIALS in asked else ())
    if not asked:
        return replace(form, own_scope=own)
    of_its_kind = tidy(form).grant_types if form.redirect_uris else None
    return replace(form, grant_types=asked | (of_its_kind or frozenset()), own_scope=own)


@commands.command("list")
@with_services
async def list_(services: "Services", provider: ProviderOption = None, as_json: JsonOption = False) -> None:
    """List applications."""
    hosts = {one.id: one.host for one in await find.providers(services, provider)}
    every = [one for provider_id in hosts for one in await services.all_applications.all(provider_id)]
    if as_json:
        out.json([_shape(one, hosts[one.provider_id]) for one in every])
        return
    out.table(
        ("client_id", "name", "account", "provider", "kind", "grants", "users", "state"),
        [
            (
                public_id(one.id),
                one.name,
                one.account_name,
                hosts[one.provider_id],
                _kind(one),
                sorted(one.grant_types),
                one.users,
                "disabled" if one.disabled else "enabled",
            )
            for one in every
        ],
    )


@commands.command("show")
@with_services
async def show(services: "Services", client_id: ClientId, as_json: JsonOption = False) -> None:
    """Show an application; its secret is not known to anybody but its owner."""
    await _show(services, await find.application(services, client_id), as_json=as_json)


@commands.command("set")
@with_services
async def set_(
    services: "Services",
    client_id: ClientId,
    setting: SetOption = None,
    jwks: JwksOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change an application's settings; what is not named stays."""
    application = await find.application(services, client_id)
    settings = read_settings(application.settings, setting or (), jwks)
    done = await services.applications.configure(application, settings)
    if isinstance(done, Faults):
        raise out.faulty(done, {name: f"--set {name}" for name in NAMES})
    if isinstance(done, NotFound):
        raise out.Refused("The application is not there any more.")
    await _show(services, done, as_json=as_json)


@commands.command("disable")
@with_services
async def disable(services: "Services", client_id: ClientId, as_json: JsonOption = False) -> None:
    """Switch an application off: its tokens stop at once."""
    await _switch(services, client_id, disabled=True, as_json=as_json)


@commands.command("enable")
@with_services
async def enable(services: "Services", client_id: ClientId, as_json: JsonOption = False) -> None:
    """Switch an application on again."""
    await _switch(services, client_id, disabled=False, as_json=as_json)


@commands.command("rotate-secret")
@with_services
async def rotate_secret(services: "Services", client_id: ClientId, as_json: JsonOption = False) -> None:
    """Give an application a new secret and show it, this once. The old one stops at once."""
    application = await find.application(services, client_id)
    _show_secret(await services.applications.rotate(application), {}, as_json=as_json)


async def _switch(services: "Services", client_id: str, *, disabled: bool, as_json: bool) -> None:
    application = await find.application(services, client_id)
    await services.all_applications.set_disabled(
        application.provider_id, application.id, disabled=disabled, now=clock()
    )
    await _show(services, await find.application(services, client_id), as_json=as_json)


def _show_secret(
    made: "Registered | Faults | NotAllowed | NotFound", options: dict[str, str], *, as_json: bool
) -> None:
    if isinstance(made, Faults):
        named = {"redirect_uris": "--redirect-uri", "own_scope": "--scope", "optional_scope": "--optional-scope"}
        raise out.faulty(made, named | {name: f"--set {name}" for name in NAMES} | options)
    if isinstance(made, NotAllowed):
        raise out.Refused(made.reason)
    if isinstance(made, NotFound):
        raise out.Refused("The application is not there any more.")
    result = {"client_id": public_id(made.application.id), "client_secret": made.client_secret}
    if as_json:
        out.json(result)
    else:
        out.fields({name: value for name, value in result.items() if value})
    if made.client_secret:
        out.remark("The secret is shown this once.")


async def _show(services: "Services", application: Application, *, as_json: bool) -> None:
    hosts = {one.id: one.host for one in await services.providers.all()}
    shape = _shape(application, hosts[application.provider_id])
    if as_json:
        out.json(shape)
    else:
        shape |= shape.pop("settings")
        times = {name: out.moment(getattr(application, name)) for name in ("created_at", "secret_created_at")}
        out.fields(shape | times)


def _kind(one: Application) -> str:
    if one.resource_server:
        return "resource_server"
    return "confidential" if one.confidential else "public"


def _shape(one: Application, host: str) -> dict[str, Any]:
    return {
        "client_id": public_id(one.id),
        "name": one.name,
        "description": one.description,
        "redirect_uris": list(one.redirect_uris),
        "kind": _kind(one),
        "public": not one.confidential,
        "grant_types": sorted(one.grant_types),
        "own_scope": sorted(one.own_scope),
        "optional_scope": sorted(one.optional_scope),
        "account": one.account_name,
        "provider": host,
        "created_at": out.iso(one.created_at),
        "created_by": one.created_by,
        "secret_created_at": out.iso(one.secret_created_at),
        "users": one.users,
        "disabled": one.disabled,
        "settings": shown(one.settings),
    }
