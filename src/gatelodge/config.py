"""Every setting, documented once. From the environment (GATELODGE_*), or from a TOML file (GATELODGE_CONFIG, by
default gatelodge.toml where there is one); the environment comes first, and what the command line says before it.
"""

import os
import tomllib
from collections.abc import Set
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

PREFIX = "GATELODGE_"
CONFIG_FILE = "gatelodge.toml"


class SettingsError(Exception):
    """A setting is wrong; the text names it and says what is allowed."""


class Networks(str):
    """Addresses and networks, separated by commas; `*` stands for all. Raises ValueError where one is none."""

    def __new__(cls, text: str) -> "Networks":
        """Look at each."""
        for part in filter(None, map(str.strip, text.split(","))):
            if part != "*":
                ip_network(part, strict=False)
        return super().__new__(cls, text)


class Reachable(Networks):
    """Networks, named one by one. Raises ValueError."""

    def __new__(cls, text: str) -> "Reachable":
        """Look at each."""
        if "*" in text:
            raise ValueError("'*' would open everything beside this server to whoever names an address: name networks")
        return super().__new__(cls, text)  # type: ignore[return-value]  # Networks says that it makes one of its own


class Secret(str):
    """Text that shows in nothing but where it is used."""

    def __repr__(self) -> str:
        return "Secret(…)" if self else "Secret()"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How an installation runs. Times are seconds."""

    database: Annotated[
        str,
        Meta(description="Where the data is: sqlite:///path/to/file.db. By default gatelodge.db in the data folder."),
    ] = ""
    data_dir: Annotated[Path, Meta(description="The folder of the key file and of the SQLite database.")] = Path("data")
    host: Annotated[str, Meta(description="The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="The port to listen on.")] = 8000
    workers: Annotated[int, Meta(ge=1, le=64, description="How many processes serve.")] = 1
    trusted_proxies: Annotated[
        Networks,
        Meta(
            description="Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded-For is "
            "believed."
        ),
    ] = Networks("")
    client_certificate_header: Annotated[
        str,
        Meta(
            description="The header in which the reverse proxy passes on the client's certificate: PEM, "
            "percent-encoded (nginx's $ssl_client_escaped_cert), or as RFC 9440 says. Believed of trusted proxies only."
        ),
    ] = ""
    client_certificate_verified_header: Annotated[
        str,
        Meta(
            description="The header in which it says SUCCESS where it has verified that certificate's chain "
            "(nginx's $ssl_client_verify). Needed for tls_client_auth."
        ),
    ] = ""
    access_token_lifetime: Annotated[int, Meta(ge=60, le=86_400, description="How long an access token lives.")] = 3600
    refresh_token_lifetime: Annotated[
        int,
        Meta(
            ge=3600,
            le=31_536_000,
            description="How long public applications can refresh before the user must allow them again.",
        ),
    ] = 2_592_000
    code_lifetime: Annotated[
        int, Meta(ge=1, le=600, description="How long an authorization code can be exchanged.")
    ] = 60
    request_lifetime: Annotated[
        int, Meta(ge=60, le=86_400, description="How long an authorization request waits for its user.")
    ] = 1800
    session_lifetime: Annotated[int, Meta(ge=60, le=31_536_000, description="How long a browser stays signed in.")] = (
        604_800
    )
    invitation_lifetime: Annotated[
        int, Meta(ge=3600, le=31_536_000, description="How long an invitation into an account can be accepted.")
    ] = 604_800
    smtp_url: Annotated[
        Secret,
        Meta(
            description="The mail server: smtp://user:password@host:port, encrypted by STARTTLS where it offers that, "
            "or smtps:// for TLS from the start. Without one no mail is sent, and invitations are links to copy."
        ),
    ] = Secret("")
    mail_from: Annotated[
        str,
        Meta(description="The address that mails come from; the name beside it is the provider's. Needed for mail."),
    ] = ""
    sweep_interval: Annotated[
        int,
        Meta(ge=0, le=86_400, description="How often rows that have had their time are taken away. 0: never."),
    ] = 60
    graph_introspection: Annotated[
        bool, Meta(description="Whether the Graph API tells its schema to whoever asks it.")
    ] = True
    live_view_lifetime: Annotated[
        int, Meta(ge=10, le=3600, description="How long the address of a live view works.")
    ] = 600
    camera_interval: Annotated[
        int,
        Meta(ge=0, le=3600, description="How often cameras are asked what happened and what they recorded. 0: never."),
    ] = 30
    event_retention: Annotated[
        int, Meta(ge=86_400, le=315_360_000, description="How long events of cameras are kept.")
    ] = 2_592_000
    recording_retention: Annotated[
        int, Meta(ge=86_400, le=315_360_000, description="How long recordings of cameras are kept.")
    ] = 604_800
    exchanged_token_lifetime: Annotated[
        int,
        Meta(
            ge=30,
            le=86_400,
            description="How long an access token lives at most that was exchanged for another one, or given for an "
            "assertion.",
        ),
    ] = 900
    device_code_lifetime: Annotated[
        int, Meta(ge=60, le=1800, description="How long a device waits for somebody to let it in.")
    ] = 600
    unused_application_retention: Annotated[
        int,
        Meta(
            ge=3600,
            le=315_360_000,
            description="How long an application that registered itself is kept if nobody lets it in.",
        ),
    ] = 2_592_000
    outbound_networks: Annotated[
        Reachable,
        Meta(
            description="Addresses or networks, separated by commas, that may be asked for what applications name by "
            "address (keys, metadata, sign-outs) although they are not public; there also by http, and at any port."
        ),
    ] = Reachable("")
    outbound_ca: Annotated[
        str,
        Meta(description="A PEM file of certificate authorities that are believed there, besides the system's."),
    ] = ""
    signing_key_lifetime: Annotated[
        int, Meta(ge=86_400, le=31_536_000, description="How long a key is signed with before the next one is.")
    ] = 7_776_000
    signing_key_published_ahead: Annotated[
        int,
        Meta(
            ge=600,
            le=604_800,
            description="How long a key is told of before it is used; clients may keep what they read for as long.",
        ),
    ] = 86_400
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="What is logged at least.")] = (
        "info"
    )
    log_format: Annotated[Literal["text", "json"], Meta(description="How log lines look.")] = "text"

    @property
    def database_url(self) -> str:
        """The database's URL, also where none was set."""
        return self.database or f"sqlite:///{self.data_dir / 'gatelodge.db'}"


KINDS: dict[str, Any] = get_type_hints(Settings, include_extras=True)  # each setting's type, with its Meta


def variable(name: str) -> str:
    """What a setting is called in the environment, and in what is said of it."""
    return f"{PREFIX}{name.upper()}"


def allowed(kind: Any) -> str:
    """What a setting of a kind may be, in words."""
    plain, meta = get_args(kind)
    if get_origin(plain) is Literal:
        *most, last = get_args(plain)
        return f"{', '.join(most)} or {last}"
    if plain is bool:
        return "true or false"
    return f"{meta.ge} to {meta.le}" if plain is int else "text"


def read_settings(**command_line: Any) -> Settings:
    """The settings; what the command line gave, unless it is None, comes first. Raises SettingsError, which names each
    wrong setting."""
    said = {name: value for name, value in command_line.items() if value is not None}
    given = {**_in_file(), **_in_environment(), **said}
    read: dict[str, Any] = {}
    wrong: list[str] = []
    for name, kind in KINDS.items():
        if name in given:
            try:
                read[name] = _read(given[name], kind)
            except ValueError as error:
                wrong.append(f"{variable(name)}: {error}")
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Settings(**read)


def _in_file() -> dict[str, Any]:
    named = os.environ.get(f"{PREFIX}CONFIG")
    path = Path(CONFIG_FILE if named is None else named)
    if not path.is_file():
        if named:
            raise SettingsError(f"{PREFIX}CONFIG: there is no file {named}")
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from None
    _refuse_unknown({variable(name) for name in found})
    return found


def _in_environment() -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    _refuse_unknown(found.keys() - {f"{PREFIX}CONFIG"})
    return {name: found[variable(name)] for name in KINDS if variable(name) in found}


def _refuse_unknown(variables: Set[str]) -> None:
    known = {variable(name) for name in KINDS}
    if unknown := sorted(variables - known):
        there_are = ", ".join(sorted({*known, f"{PREFIX}CONFIG"}))
        raise SettingsError(f"{unknown[0]}: there is no such setting; there are {there_are}")


def _read(value: Any, kind: Any) -> Any:
    """The value as the type that `kind` names; the environment gives text for a number as well. Raises ValueError, with
    what is allowed."""
    plain, _ = get_args(kind)
    if plain in (Path, Networks, Reachable, Secret) and isinstance(value, str | Path):
        return plain(value)
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        raise ValueError(f"must be {allowed(kind)}") from None
