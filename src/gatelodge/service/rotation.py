"""Successors of refresh tokens: made of their predecessor and our key alone, so that they can be made again."""

from gatelodge.protocol.credentials import Kind, compose
from gatelodge.protocol.refresh_grant import Successor
from gatelodge.service.keys import KeyRing
from gatelodge.service.minting import Minted

PURPOSE = "refresh token rotation"


class Rotation:
    """Makes successors. Nobody but us can: it takes our key as well as the predecessor."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def begin(self, predecessor: str, row_id: int) -> Minted:
        """The successor of `predecessor` that is to be the row `row_id`."""
        return self._candidates(predecessor, row_id)[0]

    def again(self, predecessor: str, successor: Successor) -> Minted | None:
        """The successor that was made before; None where the key that it was made with is gone."""
        for candidate in self._candidates(predecessor, successor.id):
            if candidate.presented.matches(successor.digest):
                return candidate
        self._keys.reload()
        remade = self._candidates(predecessor, successor.id)
        return next((one for one in remade if one.presented.matches(successor.digest)), None)

    def _candidates(self, predecessor: str, row_id: int) -> list[Minted]:
        message = f"{predecessor} {row_id}".encode("ascii")
        secrets = self._keys.derive(PURPOSE, message)
        return [Minted(*compose(Kind.REFRESH_TOKEN, row_id, secret)) for secret in secrets]
