"""The shape of every secret that the server makes: `gl<kind>_<id>_<secret><checksum>`.

`id` is base62 of the row's 64-bit key, `secret` base62 of 256 random bits, `checksum` six base62
characters of the CRC-32 of all before it: a mistyped or made-up token is refused without asking the
database, and a secret scanner can tell a leaked one. The row keeps SHA-256 of the secret part: 256 random
bits need no slow hash.
"""

import hashlib
import hmac
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_ID_LENGTH = 11  # 62**11 > 2**63
_SECRET_LENGTH = 43  # 62**43 > 2**256
_CHECKSUM_LENGTH = 6  # 62**6 > 2**32
MAX_ID = 2**63 - 1
SECRET_BYTES = 32


class Kind(StrEnum):
    """What a secret is good for; the two letters in its prefix."""

    ACCESS_TOKEN = "at"
    REFRESH_TOKEN = "rt"
    USER_TOKEN = "ut"
    CODE = "ac"
    CLIENT_SECRET = "cs"
    SESSION = "ss"
    BROWSER = "br"
    REQUEST = "rq"
    LIVE_VIEW = "lv"


@dataclass(frozen=True, slots=True)
class Presented:
    """A well-formed secret that somebody showed: which row it claims to be, and the digest to hold against it."""

    kind: Kind
    id: int
    digest: bytes

    def matches(self, digest: bytes) -> bool:
        """Whether the row's digest is this secret's, in constant time."""
        return hmac.compare_digest(self.digest, digest)


_SHAPE = re.compile(
    rf"gl({'|'.join(Kind)})_([0-9A-Za-z]{{{_ID_LENGTH}}})_"
    rf"([0-9A-Za-z]{{{_SECRET_LENGTH}}})([0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})"
)


_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_CHUNK = 62**10  # the largest even power that a machine word holds


def base62(number: int, length: int) -> str:
    """`number` in base62, padded on the left to `length` characters."""
    pieces: list[str] = []
    while number >= _CHUNK:  # long arithmetic in few steps, then short arithmetic in pairs of digits
        number, chunk = divmod(number, _CHUNK)
        for _ in range(5):
            chunk, pair = divmod(chunk, 3844)
            pieces.append(_PAIRS[pair])
    while number:
        number, pair = divmod(number, 3844)
        pieces.append(_PAIRS[pair])
    pieces.reverse()
    return "".join(pieces)[-length:].rjust(length, "0")


def public_id(row_id: int) -> str:
    """A row's key as it stands in a client_id, a URL or an API answer: 11 base62 characters."""
    return base62(row_id, _ID_LENGTH)


def parse_public_id(text: str) -> int | None:
    """The key that `text` stands for; None where it is none."""
    if len(text) != _ID_LENGTH or not (text.isascii() and text.isalnum()):
        return None
    number = 0
    for character in text:
        number = number * 62 + _VALUE[character]
    return number if number <= MAX_ID else None


def compose(kind: Kind, row_id: int, secret: bytes) -> tuple[str, Presented]:
    """The text of a secret made of `secret` (32 random bytes) for the row `row_id`, and what that row keeps of it."""
    part = base62(int.from_bytes(secret, "big"), _SECRET_LENGTH)
    body = f"gl{kind}_{public_id(row_id)}_{part}"
    return body + _checksum(body), Presented(kind, row_id, _digest(part))


def parse(text: str, *kinds: Kind) -> Presented | None:
    """What `text` claims to be, if it is well formed, its checksum holds and it is one of `kinds`."""
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    kind, row_id, secret, checksum = shape.groups()
    number = parse_public_id(row_id)
    if kind not in kinds or number is None or _checksum(text[:-_CHECKSUM_LENGTH]) != checksum:
        return None
    return Presented(Kind(kind), number, _digest(secret))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("ascii")).digest()


def _checksum(body: str) -> str:
    return base62(zlib.crc32(body.encode("ascii")), _CHECKSUM_LENGTH)
