"""The shape of every secret that the server makes: `gl<kind>_<id>_<secret><checksum>`.

`id` is base62 of the row's 64-bit key, `secret` base62 of 256 random bits, `checksum` six base62
characters of the CRC-32 of all before it: a mistyped or made-up token is refused without asking the
database, and a secret scanner can tell a leaked one. The row keeps SHA-256 of the secret part: 256 random
bits need no slow hash.
"""

import json
import re
from base64 import urlsafe_b64decode
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from zlib import crc32

from gatelodge.protocol.values import value

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_ID_LENGTH = 11  # 62**11 > 2**63
_SECRET_LENGTH = 43  # 62**43 > 2**256
_CHECKSUM_LENGTH = 6  # 62**6 > 2**32
MAX_ID = 2**63 - 1
MAX_JWT = 32_768  # characters
_JWT = "eyJ"  # how a JSON object begins in base64url
SECRET_BYTES = 32  # what `compose` makes a secret of


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
    INVITATION = "iv"
    LIVE_VIEW = "lv"
    DEVICE_CODE = "dc"
    PUSHED_REQUEST = "pr"
    INITIAL_ACCESS_TOKEN = "ia"
    REGISTRATION_TOKEN = "rg"


@value
class Presented:
    """A well-formed secret that somebody showed: which row it claims to be, and the digest to hold against it."""

    kind: Kind
    id: int
    digest: bytes

    def matches(self, digest: bytes) -> bool:
        """Whether the row's digest is this secret's, in constant time."""
        return compare_digest(self.digest, digest)


_KINDS = {kind.value: kind for kind in Kind}  # an enum's own look-up by value takes five times as long
_SHAPE = re.compile(
    rf"gl({'|'.join(Kind)})_([0-9A-Za-z]{{{_ID_LENGTH}}})_"
    rf"([0-9A-Za-z]{{{_SECRET_LENGTH}}})([0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})"
)

# Digits are dealt with two at a time, as digits of base 3844, and where a number's length is fixed without a loop: each
# request reads and writes several of them.
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_PAIR_VALUE = {pair: value for value, pair in enumerate(_PAIRS)}
_CHUNK = 62**10  # the largest even power that a machine word holds

# A byte to a letter, each letter for as many bytes as any other: the last eight of the 256 bytes are left out.
_LETTER = bytes(ord(_ALPHABET[byte % 62]) for byte in range(256))
_LEFT_OUT = bytes(range(248, 256))


def base62(number: int, length: int) -> str:
    """`number` in base62, padded on the left to `length` characters."""
    pieces: list[str] = []
    while number >= _CHUNK:  # long arithmetic in few steps, then short arithmetic
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
    row_id, fifth = divmod(row_id, 3844)
    row_id, fourth = divmod(row_id, 3844)
    row_id, third = divmod(row_id, 3844)
    row_id, second = divmod(row_id, 3844)
    row_id, first = divmod(row_id, 3844)
    return f"{_ALPHABET[row_id]}{_PAIRS[first]}{_PAIRS[second]}{_PAIRS[third]}{_PAIRS[fourth]}{_PAIRS[fifth]}"


def parse_public_id(text: str) -> int | None:
    """The key that `text` stands for; None where it is none."""
    if len(text) != _ID_LENGTH:
        return None
    try:
        number = _VALUE[text[0]]
        for at in (1, 3, 5, 7, 9):
            number = number * 3844 + _PAIR_VALUE[text[at : at + 2]]
    except KeyError:
        return None
    return number if number <= MAX_ID else None


def secret_of(random: bytes) -> str | None:
    """The secret part of a token, of random bytes: 43 letters, each one of 62 alike, which is a little more than 256
    bits. A byte in 32 is of no use; None where too many were. 64 are enough but for once in 10**16 times."""
    letters = random.translate(_LETTER, _LEFT_OUT)
    return letters[:_SECRET_LENGTH].decode("ascii") if len(letters) >= _SECRET_LENGTH else None


def compose(kind: Kind, row_id: int, secret: bytes) -> tuple[str, Presented]:
    """The text of a secret made of `secret` (32 random bytes) for the row `row_id`, and what that row keeps of it."""
    return compose_of(kind, row_id, base62(int.from_bytes(secret, "big"), _SECRET_LENGTH))


def compose_of(kind: Kind, row_id: int, part: str) -> tuple[str, Presented]:
    """The same of a secret part that is written already."""
    body = f"gl{kind}_{public_id(row_id)}_{part}"
    return body + _checksum(body), Presented(kind, row_id, _digest(part))


def parse(text: str, *kinds: Kind) -> Presented | None:
    """What `text` claims to be, if it is well formed, its checksum holds and it is one of `kinds`. An access token may
    be a JWT (RFC 9068)."""
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return _parse_jwt(text) if text.startswith(_JWT) and Kind.ACCESS_TOKEN in kinds else None
    prefix, row_id, secret, checksum = shape.groups()
    kind, number = _KINDS[prefix], parse_public_id(row_id)
    if kind not in kinds or number is None or _checksum(text[:-_CHECKSUM_LENGTH]) != checksum:
        return None
    return Presented(kind, number, _digest(secret))


def _parse_jwt(text: str) -> Presented | None:
    """The row that a JWT names by its `jti`. Nothing else in it is looked at: the row has the digest of the whole text,
    and only one that we signed has a row."""
    parts = text.split(".", 3)
    if len(parts) != 3 or len(text) > MAX_JWT or not text.isascii():
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    named = claims.get("jti") if isinstance(claims, dict) else None
    number = parse_public_id(named) if isinstance(named, str) else None
    return None if number is None else Presented(Kind.ACCESS_TOKEN, number, _digest(text))


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("ascii")).digest()


def _checksum(body: str) -> str:
    high, third = divmod(crc32(body.encode("ascii")), 3844)
    first, second = divmod(high, 3844)
    return f"{_PAIRS[first]}{_PAIRS[second]}{_PAIRS[third]}"
