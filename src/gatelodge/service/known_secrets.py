"""Secrets of applications that have to be known again: those that sign with theirs (`client_secret_jwt`) have it stored
sealed, beside the digest that every secret has. No other application's secret is ever kept."""

from collections.abc import Sequence

from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import SECRET_JWT
from gatelodge.protocol.credentials import Kind, parse
from gatelodge.service.ports import ClientSecretStore
from gatelodge.service.sealing import Sealer


class KnownSecrets:
    """Keeps them and knows them."""

    def __init__(self, store: ClientSecretStore, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer

    async def keep(self, provider_id: int, settings: ClientSettings, text: str) -> None:
        """Keep a secret that was just given to an application with these settings, if that is needed."""
        presented = parse(text, Kind.CLIENT_SECRET)
        if settings.token_endpoint_auth_method == SECRET_JWT and presented is not None:
            sealed = self._sealer.seal(_purpose(provider_id, presented.id), text.encode("ascii"))
            await self._store.seal(provider_id, presented.id, sealed)

    async def of(self, provider_id: int, application_id: int) -> Sequence[str]:
        """The application's secrets. Raises Unsealable."""
        found = await self._store.sealed(provider_id, application_id)
        return [self._sealer.open(_purpose(provider_id, row_id), sealed).decode("ascii") for row_id, sealed in found]


def _purpose(provider_id: int, secret_id: int) -> str:
    """One for each: what was sealed as one secret is never another."""
    return f"client secret {provider_id} {secret_id}"
