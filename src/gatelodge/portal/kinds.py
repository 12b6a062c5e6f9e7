"""The kinds of application, in the words in which people choose them and read what they may do."""

from enum import StrEnum

from gatelodge.portal.moments import duration
from gatelodge.protocol.client import (
    ASKS_USERS,
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    JWT_BEARER,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from gatelodge.service.records import Application


class ApplicationKind(StrEnum):
    """What a form's radios send."""

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"
    RESOURCE_SERVER = "resource_server"


LABELS = {
    ApplicationKind.CONFIDENTIAL: "Confidential",
    ApplicationKind.PUBLIC: "Public",
    ApplicationKind.RESOURCE_SERVER: "Resource server",
}
MEANS = {
    ApplicationKind.CONFIDENTIAL: "It runs on a server and can keep a secret.",
    ApplicationKind.PUBLIC: "It runs in a browser or on a device.",
    ApplicationKind.RESOURCE_SERVER: "Your own API: it asks whether tokens are good, and gets none itself.",
}


# Ways to tokens besides a kind's own, as a form's boxes send them.
MORE_GRANTS = {"device": DEVICE_CODE, "exchange": TOKEN_EXCHANGE, "assertion": JWT_BEARER}
GRANT_CHOICES = (
    (
        "device",
        "It runs on devices without a browser",
        "Televisions, recorders, programs in a terminal: they show a short code, which people type on their phones.",
    ),
    (
        "exchange",
        "It may exchange tokens",
        "For others that do less, or for a shorter time: to hand on to a part that you trust less.",
    ),
    (
        "assertion",
        "It may act for people who are away",
        "Within what they allowed it, by signing with its own key. Confidential applications only.",
    ),
)


def kind_of(application: Application) -> ApplicationKind:
    """The kind of an application that is there."""
    if application.resource_server:
        return ApplicationKind.RESOURCE_SERVER
    return ApplicationKind.CONFIDENTIAL if application.confidential else ApplicationKind.PUBLIC


def asks_people(application: Application) -> bool:
    """Whether it sends people here, to ask them for access."""
    return AUTHORIZATION_CODE in application.grant_types


def has_users(application: Application) -> bool:
    """Whether there are people who let it in, here or from a device."""
    return bool(ASKS_USERS & application.grant_types)


def acts_as_itself(application: Application) -> bool:
    """Whether it gets tokens without a user."""
    return CLIENT_CREDENTIALS in application.grant_types


def abilities(application: Application, *, lifetime: int) -> tuple[str, ...]:
    """What an application may do, a sentence or two for each way; `lifetime` is that of an access token, in seconds."""
    found = []
    if asks_people(application):
        found.append(f"It asks people for access to what is theirs. {_how_long(application, lifetime)}")
    if DEVICE_CODE in application.grant_types:
        lasts = "" if asks_people(application) else f" {_how_long(application, lifetime)}"
        found.append(
            f"It runs on devices without a browser: they show a code, which people type on their phones.{lasts}"
        )
    if acts_as_itself(application):
        found.append(f"It acts as itself, without a user, on what belongs to {application.account_name}.")
    if application.resource_server:
        found.append(
            "It asks whether a token is good, whose it is, what it allows and until when. It gets no tokens itself."
        )
    if TOKEN_EXCHANGE in application.grant_types:
        found.append("It exchanges tokens for others that do less, for a shorter time, and end with the first.")
    if JWT_BEARER in application.grant_types:
        found.append(
            "It gets tokens for people who are away, within what they allowed it, by signing with its own key."
        )
    return tuple(found)


def _how_long(application: Application, lifetime: int) -> str:
    if REFRESH_TOKEN not in application.grant_types:
        return f"Access is over when its token expires, after {duration(lifetime)}; then it asks again."
    if application.confidential:
        return "Access lasts until they end it: its refresh token brings a new access token whenever one has expired."
    return "It stays connected for a while, or until they end it: each refresh token is replaced when it is used."
