"""The device authorization grant (RFC 8628 §3.4)."""

from gatelodge.protocol.credentials import Kind, parse
from gatelodge.protocol.device_grant import Pending, may_use_devices, poll, replayed
from gatelodge.protocol.errors import InvalidClient, InvalidGrant, InvalidRequest, OAuthError
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.granting import Ask, Granting, TokenAnswer
from gatelodge.service.ports import DeviceCodeStore


class DeviceGrant:
    """Gives a device its tokens once somebody has let it in."""

    def __init__(self, granting: Granting, clients: ClientAuthentication, devices: DeviceCodeStore) -> None:
        self._granting = granting
        self._clients = clients
        self._devices = devices

    async def answer(self, ask: Ask) -> TokenAnswer | OAuthError:
        """Answer one request."""
        text = ask.parameters.get("device_code")
        if text is None:
            return InvalidRequest("device_code is missing")
        found = await self._granting.store.find_client(ask.provider.id, ask.proof.client_id, ask.proof.secret_id)
        client = await self._clients.check(ask.provider, found, ask.proof, ask.shown)
        if isinstance(client, InvalidClient):
            return client
        if refusal := may_use_devices(client, ask.provider.policy):
            return refusal
        presented = parse(text, Kind.DEVICE_CODE)
        if presented is None:
            return InvalidGrant("unknown device code")
        code = await self._devices.find(ask.provider.id, presented.id)
        if code is None:
            return InvalidGrant("unknown device code")
        decision = poll(presented, client, code, now=ask.now)
        if isinstance(decision, Pending):
            await self._devices.polled(ask.provider.id, presented.id, decision.interval, now=ask.now)
            return decision.error
        settled = await self._granting.settled(ask, client, decision)
        if isinstance(settled, OAuthError):
            return settled
        access, row = await self._granting.access(ask, client, settled)
        successor, heir = self._granting.refresh(ask, client, settled) if settled.refreshable else (None, None)
        if not await self._devices.redeem(code.id, row, heir, now=ask.now):
            return await self._granting.refused(ask, replayed(code))
        refresh_token = successor.text if successor else None
        return await self._granting.answer(ask, client, access, settled, refresh_token, identify=True)
