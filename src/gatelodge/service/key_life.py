"""The life of a signing key: told of, used, and told of until nothing that it signed is good any more.

Keys of one algorithm follow each other by number. A key's successor says when it is used no more, so that a rotation is
one new row and two nodes that rotate at once make one of them: the second finds the number taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gatelodge.service.records import SigningKey

DAY = 86_400
# Nothing that is signed is good for longer (config.py: access_token_lifetime); an hour more for clocks that differ.
SIGNED_FOR = DAY + 3600
# Whoever shows an ID token as a hint of who is meant shows it long after it has expired (OpenID Connect RP-Initiated
# Logout §2): for so long after they were last told of, keys can still say that it was ours.
REMEMBERED_FOR = 90 * DAY


class Stage(StrEnum):
    """How far a key has come."""

    TOLD = "told of"  # in the JWK Set, not used yet
    USED = "in use"
    LEAVING = "leaving"  # in the JWK Set, used no more
    KEPT = "kept"  # out of the set; known to us alone


@dataclass(frozen=True, slots=True)
class Life:
    """How long a key is told of before it is used, and used. Seconds."""

    ahead: int = DAY
    lifetime: int = 90 * DAY


def in_use(keys: Sequence[SigningKey], algorithm: str, now: int) -> SigningKey | None:
    """The key to sign with; None where there is none of this algorithm."""
    begun = [key for key in keys if key.algorithm == algorithm and key.used_from <= now]
    return max(begun, key=lambda key: key.number, default=None)


def newest(keys: Sequence[SigningKey], algorithm: str) -> SigningKey | None:
    """The last key of an algorithm, which may not be in use yet."""
    return max((key for key in keys if key.algorithm == algorithm), key=lambda key: key.number, default=None)


def stage(key: SigningKey, keys: Sequence[SigningKey], now: int) -> Stage:
    """How far `key`, one of `keys`, has come by `now`."""
    if now < key.used_from:
        return Stage.TOLD
    until = used_until(key, keys)
    if until is None or now < until:
        return Stage.USED
    return Stage.LEAVING if now < until + SIGNED_FOR else Stage.KEPT


def used_until(key: SigningKey, keys: Sequence[SigningKey]) -> int | None:
    """When the key's successor takes over, in UTC epoch seconds; None where it has none."""
    later = [one.used_from for one in keys if one.algorithm == key.algorithm and one.number > key.number]
    return min(later, default=None)


def is_over(key: SigningKey, keys: Sequence[SigningKey], now: int) -> bool:
    """Whether nobody needs the key any more, not even to recognise what it signed long ago."""
    until = used_until(key, keys)
    return until is not None and now >= until + SIGNED_FOR + REMEMBERED_FOR


def next_use(key: SigningKey, life: Life, now: int) -> int | None:
    """When the successor that it is time to make for `key`, the newest of its algorithm, is to take over; None where it
    is too early for one."""
    ends = key.used_from + life.lifetime
    return max(ends, now + life.ahead) if now >= ends - life.ahead else None
