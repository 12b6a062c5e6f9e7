"""The keys of an issuer (JWKS, RFC 7517 §5), kept for as long as its answer says."""

import json
import re
import threading
from collections.abc import Mapping, Sequence

from gatelodge.guard.clock import Clock
from gatelodge.guard.endpoint import Endpoint, Unreachable
from gatelodge.guard.signatures import Key, read_key

KEPT = 300.0  # seconds, where the answer says nothing
SHORTEST, LONGEST = 30.0, 86_400.0  # seconds, whatever the answer says
REFETCH_EVERY = 30.0  # seconds: how often an unknown key may make us look again
BACK_OFF = 1.0  # seconds in which nothing is asked after a failure


class Keys:
    """Fetches keys when there are none, when they have had their time, and when a token names one that is not among
    them; the last at most every 30 seconds, so that made-up tokens make no traffic."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._fetching = threading.Lock()
        self._failure: tuple[str, float] | None = None  # why, and until when nothing is asked
        # Replaced as one value, so that whoever reads sees a set and its times together.
        self._known: tuple[Sequence[Key], float, float] | None = None  # keys, fetched at, good until

    def must_fetch(self, kid: str | None, alg: str) -> bool:
        """Whether the keys at hand don't suffice to judge a token that names this key."""
        known, now = self._known, self._clock.elapsed()
        if known is None or now >= known[2]:
            return True
        unknown = kid is not None and _among(known[0], kid, alg) is None
        return unknown and now >= known[1] + REFETCH_EVERY

    def find(self, kid: str | None, alg: str) -> Key | None:
        """The key that is meant, if it is among those at hand."""
        return None if self._known is None else _among(self._known[0], kid, alg)

    def fetch(self, kid: str | None, alg: str) -> None:
        """Fetch the keys, if that is still needed once it is our turn; others wait meanwhile. Raises Unreachable."""
        with self._fetching:
            if not self.must_fetch(kid, alg):
                return
            if self._failure is not None and self._clock.elapsed() < self._failure[1]:
                raise Unreachable(self._failure[0])
            try:
                self._known = self._fetched()
            except Unreachable as error:
                self._failure = str(error), self._clock.elapsed() + BACK_OFF
                raise
            self._failure = None

    def _fetched(self) -> tuple[Sequence[Key], float, float]:
        began = self._clock.elapsed()
        answer = self._endpoint.ask("GET", {"Accept": "application/jwk-set+json, application/json"})
        if answer.status != 200:
            raise Unreachable(f"the answer has status {answer.status}")
        try:
            members = json.loads(answer.body)
            keys = [key for one in members["keys"] if (key := read_key(one)) is not None]
        except (ValueError, RecursionError, TypeError, KeyError):
            raise Unreachable("the answer is no set of keys") from None
        return keys, began, began + freshness(answer.headers)


def _among(keys: Sequence[Key], kid: str | None, alg: str) -> Key | None:
    """The key that the token names; where it names none, the only one that fits (RFC 7515 §4.1.4, §6)."""
    meant = [key for key in keys if key.fits(alg) and (kid is None or key.kid == kid)]
    return meant[0] if len(meant) == 1 or (meant and kid is not None) else None


def freshness(headers: Mapping[str, str]) -> float:
    """Seconds that an answer may be kept, by `Cache-Control` and `Age` (RFC 9111 §4.2), within our own bounds."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(store|cache)\b", control):
        return SHORTEST
    age = re.search(r"\bmax-age\s*=\s*\"?([0-9]{1,10})", control)
    if age is None:
        return KEPT
    passed = headers.get("age", "0")
    left = int(age[1]) - (int(passed) if re.fullmatch(r"[0-9]{1,10}", passed) else 0)
    return min(max(float(left), SHORTEST), LONGEST)
