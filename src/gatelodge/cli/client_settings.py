"""An application's settings as the command line writes them: `--set NAME=VALUE`, and `--jwks FILE` for its keys."""

import sys
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Annotated, Any

import typer

from gatelodge.cli.out import Refused
from gatelodge.protocol.client_settings import DEFAULT, ClientSettings

OURS = frozenset({"source", "sector", "registration_token", "scope"})  # what nobody sets by hand
NAMES = tuple(one.name for one in fields(ClientSettings) if one.name not in OURS)
WORDS = {"yes": True, "true": True, "no": False, "false": False}

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A setting by its name in RFC 7591 and OpenID Connect Registration, such as "
        "token_endpoint_auth_method=private_key_jwt; may be given again. For a list, once for each of it; "
        "NAME= takes it back.",
    ),
]
JwksOption = Annotated[
    str | None,
    typer.Option(
        "--jwks", metavar="FILE", help="The file with the application's public keys, a JWK Set; - is standard input."
    ),
]


def read_settings(before: ClientSettings, given: Iterable[str], jwks: str | None) -> ClientSettings:
    """`before` with what was given. Raises Refused where that can't be read."""
    texts: dict[str, list[str]] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals:
            raise Refused(f"--set: Write NAME=VALUE, not {one}.")
        if name not in NAMES:
            raise Refused(f"--set: There is no setting {name}; there are {', '.join(NAMES)}.")
        texts.setdefault(name, []).append(text.strip())
    changed = {name: _value(name, values) for name, values in texts.items()}
    if jwks is not None:
        changed |= {"jwks": _read(jwks)}
    return replace(before, **changed)


def shown(settings: ClientSettings) -> dict[str, Any]:
    """The settings that say something, for a program or a person."""
    values = {name: getattr(settings, name) for name in NAMES}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value != getattr(DEFAULT, name)
    }


def _value(name: str, texts: list[str]) -> Any:
    default = getattr(DEFAULT, name)
    if isinstance(default, tuple):
        return tuple(text for text in texts if text)
    if len(texts) > 1:
        raise Refused(f"--set: {name} has one value.")
    (text,) = texts
    if text == "":
        return default
    if isinstance(default, bool):
        if text.lower() not in WORDS:
            raise Refused(f"--set: {name} is yes or no.")
        return WORDS[text.lower()]
    if default is None:
        if not text.isdecimal():
            raise Refused(f"--set: {name} is a number of seconds.")
        return int(text)
    return text


def _read(path: str) -> str:
    try:
        if path == "-":
            return sys.stdin.read().strip()
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"--jwks: {path} can't be read: {error}.") from None
