"""DPoP nonces (RFC 9449 §8): a proof that carries one was made lately.

They are not stored: each is the number of a stretch of time, signed with the installation's key, so that every node
knows those of the others.
"""

from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import base62
from gatelodge.service.keys import KeyRing
from gatelodge.service.minting import Clock

PURPOSE = "dpop nonce"
STRETCH = 120  # seconds: a nonce is good in its own stretch and the next, for two to four minutes
_LENGTH = 6  # characters of a stretch's number


class Nonces:
    """Makes nonces and knows them again."""

    def __init__(self, keys: KeyRing, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def current(self, provider: Provider) -> str:
        """The one to be used from now on."""
        return self._of(provider, self._clock() // STRETCH)

    def is_fresh(self, provider: Provider, nonce: str) -> bool:
        """Whether a nonce is the provider's current one, or the one before."""
        now = self._clock() // STRETCH
        number, _, signature = nonce.partition(".")
        return any(
            number == base62(stretch, _LENGTH) and self._keys.verify(PURPOSE, _message(provider, stretch), signature)
            for stretch in (now, now - 1)
        )

    def _of(self, provider: Provider, stretch: int) -> str:
        return f"{base62(stretch, _LENGTH)}.{self._keys.sign(PURPOSE, _message(provider, stretch))}"


def _message(provider: Provider, stretch: int) -> bytes:
    return f"{provider.id} {stretch}".encode("ascii")
