"""What tokens are bound to: the key that a request proved to hold (RFC 9449), or the certificate that it came with
(RFC 8705). One rule for every grant."""

from dataclasses import replace

from gatelodge.protocol.client import Client
from gatelodge.protocol.errors import InvalidDpopProof, InvalidRequest, OAuthError
from gatelodge.protocol.issuance import Binding, Issuance
from gatelodge.protocol.policy import Policy


def bind(issuance: Issuance, client: Client, policy: Policy, held: Binding) -> Issuance | OAuthError:
    """The decision, with its tokens bound to what the request `held`.

    A proof binds them, whether the application has to send one or not (RFC 9449 §5), a certificate where the
    application asked for that (RFC 8705 §3). A refresh token is bound where the client proves who it is by nothing
    else (RFC 9449 §5, RFC 8705 §7.1); that of any other is bound to its client already, and outlives its keys."""
    settings = client.settings
    wanted = settings.tls_client_certificate_bound_access_tokens
    jkt = held.jkt
    x5t = held.x5t if wanted and jkt is None else None
    if jkt is None and settings.dpop_bound_access_tokens:
        return InvalidDpopProof("this application needs a DPoP proof to get tokens")
    if jkt is None and x5t is None and (wanted or policy.require_bound_tokens or policy.fapi2):
        return InvalidRequest("tokens are bound here: send a DPoP proof, or a client certificate where it is asked for")
    if jkt is None and x5t is None:
        return issuance
    bound = replace(issuance, binding=replace(issuance.binding, jkt=jkt, x5t=x5t))
    if not client.confidential:
        bound = replace(bound, refresh_binding=replace(issuance.refresh_binding, jkt=jkt, x5t=x5t))
    return bound


def is_held(binding: Binding, held: Binding) -> bool:
    """Whether what a token is bound to is among what the request held. A bearer token needs nothing."""
    if binding.jkt is not None:
        return binding.jkt == held.jkt
    return binding.x5t is None or binding.x5t == held.x5t
