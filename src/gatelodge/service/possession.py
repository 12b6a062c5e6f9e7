"""What a request proves that its sender holds: a key, by a DPoP proof (RFC 9449), or a certificate that the connection
came with (RFC 8705). Asked for where tokens are given, and where they are used."""

import hashlib

from gatelodge.identity.provider import Provider
from gatelodge.protocol.binding import is_held
from gatelodge.protocol.dpop import ALGORITHMS, FAPI2_ALGORITHMS, Proof, judge_proof
from gatelodge.protocol.errors import InvalidDpopProof, InvalidToken, OAuthError, UseDpopNonce
from gatelodge.protocol.issuance import UNBOUND, Binding
from gatelodge.protocol.shown import Shown
from gatelodge.service.minting import Clock
from gatelodge.service.nonces import Nonces
from gatelodge.service.ports import ReplayStore

MALFORMED = "the DPoP proof can't be read, or its signature is not its key's"


class Possession:
    """Judges what requests show. A proof is good once, at all nodes together."""

    def __init__(self, replays: ReplayStore, nonces: Nonces, clock: Clock) -> None:
        self._replays = replays
        self.nonces = nonces
        self._clock = clock

    async def of(self, provider: Provider, shown: Shown, *, token: str | None = None) -> Binding | OAuthError:
        """The key and the certificate that a request proves to hold; either, both or none. `token` is the access token
        that came with it, at a protected resource."""
        jkt = await self._key(provider, shown, token) if shown.dpop else None
        if isinstance(jkt, OAuthError):
            return jkt
        x5t = None
        if shown.certificate is not None:
            from gatelodge.service import certificates

            certificate = certificates.read(shown.certificate)
            x5t = certificate.thumbprint if certificate else None
        return UNBOUND if jkt is None and x5t is None else Binding(jkt, x5t)

    async def fault(
        self, provider: Provider, shown: Shown, scheme: str, token: str, binding: Binding
    ) -> OAuthError | None:
        """Why a token that is bound by `binding` may not be used with this request. `scheme` is how it came, in lower
        case. One that is bound to a key comes by the DPoP scheme, and nothing else does (RFC 9449 §7.1, §7.2)."""
        if (scheme == "dpop") is (binding.jkt is None):
            return InvalidToken(
                "the token is bound to a key: show it by the DPoP scheme"
                if binding.jkt
                else "the token is not bound to a key: show it by the Bearer scheme"
            )
        if binding.jkt is not None and not shown.dpop:
            return InvalidDpopProof("the token is bound to a key, and no DPoP proof came along")
        held = await self.of(provider, shown, token=token)
        if isinstance(held, OAuthError):
            return held
        return None if is_held(binding, held) else InvalidToken("the token is bound to another key or certificate")

    async def _key(self, provider: Provider, shown: Shown, token: str | None) -> str | OAuthError:
        """The thumbprint of the key that made the request's proof (RFC 9449 §4.3)."""
        from gatelodge.service import signatures

        if len(shown.dpop) > 1:
            return InvalidDpopProof("more than one DPoP header")
        jwt = signatures.read_jwt(shown.dpop[0])
        if jwt is None:
            return InvalidDpopProof(MALFORMED)
        proof = judge_proof(
            jwt.header,
            jwt.claims,
            method=shown.method,
            url=f"{provider.origin}{shown.path}",
            now=self._clock(),
            algorithms=FAPI2_ALGORITHMS if provider.policy.fapi2 else ALGORITHMS,
            token=token,
        )
        if isinstance(proof, InvalidDpopProof):
            return proof
        key = signatures.read_key({**jwt.header["jwk"], "kid": jwt.kid})
        if key is None or signatures.made_by(jwt, [key]) is None:
            return InvalidDpopProof(MALFORMED)
        return await self._stale(provider, proof) or proof.jkt

    async def _stale(self, provider: Provider, proof: Proof) -> OAuthError | None:
        if provider.policy.require_dpop_nonce and not (
            proof.nonce is not None and self.nonces.is_fresh(provider, proof.nonce)
        ):
            return UseDpopNonce("make the DPoP proof anew, with this nonce", nonce=self.nonces.current(provider))
        digest = hashlib.sha256(f"dpop {proof.jkt} {proof.jti}".encode("utf-8", "surrogatepass")).digest()
        if not await self._replays.first(provider.id, digest, proof.expires_at):
            return InvalidDpopProof("the DPoP proof was used before")
        return None
