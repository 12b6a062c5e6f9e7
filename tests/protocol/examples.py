"""Values that the tests of the rules share: two applications, their secrets, the parameters they send."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlencode

from gatelodge.protocol.client import AUTHORIZATION_CODE, FOR_USERS, Client
from gatelodge.protocol.credentials import Kind, Presented, compose, public_id
from gatelodge.protocol.parameters import Parameters, read_parameters

RIGHTS = frozenset({"read", "write", "liveview", "events"})

SHOP_ID = 7_000_001
NATIVE_ID = 7_000_002
GRANT_ID = 42

SHOP_URI = "https://shop.example/callback"
LOOPBACK_URI = "http://127.0.0.1/callback"
PRIVATE_URI = "com.example.app:/callback"

SHOP = Client(SHOP_ID, "Shop", confidential=True, redirect_uris=(SHOP_URI,))
NATIVE = Client(
    NATIVE_ID,
    "Native",
    confidential=False,
    redirect_uris=(LOOPBACK_URI, PRIVATE_URI),
    grant_types=frozenset({AUTHORIZATION_CODE}),
)
LASTING = replace(NATIVE, grant_types=FOR_USERS)  # the same, allowed to refresh

SHOP_PUBLIC_ID = public_id(SHOP_ID)

# RFC 7636, appendix B: a verifier and the challenge that belongs to it.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def secret(kind: Kind, row_id: int, fill: int = 1) -> str:
    """The text of a secret for the row; another `fill` (0 to 255) makes another secret."""
    return compose(kind, row_id, bytes([fill]) * 32)[0]


def presented(kind: Kind, row_id: int, fill: int = 1) -> Presented:
    """What a server sees when somebody shows `secret(kind, row_id, fill)`."""
    return compose(kind, row_id, bytes([fill]) * 32)[1]


def body(*pairs: tuple[str, str], **more: str) -> Parameters:
    """Parameters as a form body brings them."""
    return read_parameters(b"", _encode([*pairs, *more.items()]))


def query(*pairs: tuple[str, str], **more: str) -> Parameters:
    """Parameters as a query string brings them."""
    return read_parameters(_encode([*pairs, *more.items()]))


def _encode(pairs: Iterable[tuple[str, str]]) -> bytes:
    return urlencode(list(pairs)).encode("ascii")
