"""What applications call users by (OpenID Connect Core §8).

Publicly: by the user's id. Pairwise: by a name that only applications of one sector know the user by, so that others
can't put together what each of them knows. It is made with the oldest of the installation's keys, which stays in the
key file: it has to be the same for as long as the user and the application are there, whatever key is in use.
"""

from base64 import urlsafe_b64encode

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client_settings import PAIRWISE, ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.service.keys import KeyRing

PURPOSE = "pairwise subject"


class Subjects:
    """Names users for applications."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def of(self, provider: Provider, settings: ClientSettings, user_id: int) -> str:
        """The `sub` by which the application of these settings knows a user."""
        if settings.subject_type != PAIRWISE:
            return public_id(user_id)
        message = f"{provider.id} {settings.sector} {user_id}".encode()
        oldest = self._keys.derive(PURPOSE, message)[-1]
        return urlsafe_b64encode(oldest).rstrip(b"=").decode("ascii")
