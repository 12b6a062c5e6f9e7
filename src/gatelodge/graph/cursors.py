"""Cursors: where a page ends, as a string that says nothing to whoever holds it.

They are checked for being ours and of the right list, and need no more: a forged one can only begin a page elsewhere in
what its caller may see anyway."""

import base64
import binascii
import zlib
from typing import Any

import msgspec

from gatelodge.protocol.credentials import MAX_ID

MAX_LENGTH = 600


def cursor(kind: str, *place: str | int) -> str:
    """A cursor of a list of this kind, behind this place."""
    body = msgspec.json.encode([kind, *place])
    return base64.urlsafe_b64encode(body + zlib.crc32(body).to_bytes(4, "big")).decode("ascii").rstrip("=")


def read_cursor(kind: str, text: str, *types: type) -> tuple[Any, ...] | None:
    """The place that a cursor of a list of this kind names, in parts of these types; None where it is none."""
    if len(text) > MAX_LENGTH or not text.isascii():
        return None
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body, check = data[:-4], data[-4:]
        parts = msgspec.json.decode(body)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None
    if zlib.crc32(body).to_bytes(4, "big") != check or not isinstance(parts, list) or parts[:1] != [kind]:
        return None
    place = tuple(parts[1:])
    if tuple(type(part) for part in place) != types:
        return None
    # What no row can have is none of ours, and would only puzzle the database.
    return place if all(0 <= part <= MAX_ID for part in place if isinstance(part, int)) else None
