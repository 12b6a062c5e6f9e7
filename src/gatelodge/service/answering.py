"""Makes the answer to an authorization request, in the way that the request asked for (protocol/response_mode.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import Client
from gatelodge.protocol.response_mode import FORM_POST, SIGNED_TYPE, address, is_signed, signed_claims, way_of
from gatelodge.service.minting import Clock
from gatelodge.service.signing import Signing


@dataclass(frozen=True, slots=True)
class SendBack:
    """The answer is ready: send the browser to `url`; with `fields`, by a form that posts them."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


class Answering:
    """Makes answers."""

    def __init__(self, signing: Signing, clock: Clock) -> None:
        self._signing = signing
        self._clock = clock

    async def back(
        self,
        provider: Provider,
        client: Client,
        redirect_uri: str,
        state: str | None,
        mode: str,
        answer: Mapping[str, str],
    ) -> SendBack:
        """The answer (RFC 6749 §4.1.2) with `state` unchanged and the issuer in it (RFC 9207 §2); where it is signed,
        in the JWT, which names its issuer anyhow (JARM §2.1; RFC 9207 §2: not once more beside it)."""
        members = dict(answer)
        if state is not None:
            members["state"] = state
        if is_signed(mode):
            claims = signed_claims(members, provider.origin, client.client_id, now=self._clock())
            algorithm = client.settings.authorization_signed_response_alg or None
            members = {"response": await self._signing.sign(provider, claims, kind=SIGNED_TYPE, algorithm=algorithm)}
        else:
            members["iss"] = provider.origin
        way = way_of(mode)
        if way == FORM_POST:
            return SendBack(redirect_uri, members)
        return SendBack(address(redirect_uri, members, way))
