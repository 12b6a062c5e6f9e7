"""Pushed authorization requests (RFC 9126): which parameters are kept, and how a request is called from then on."""

from collections.abc import Mapping

from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.errors import InvalidRequest, InvalidRequestUri, RequestUriNotSupported
from gatelodge.protocol.parameters import Parameters

REQUEST_URI = "request_uri"
PREFIX = "urn:ietf:params:oauth:request_uri:"  # RFC 9126 §2.2

# What proves who pushes, and is no part of the request (RFC 9126 §2.1).
PROOFS = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


def kept(parameters: Parameters) -> Mapping[str, str]:
    """What is stored of a request that was found good."""
    return {name: value for name, value in parameters.values.items() if name not in PROOFS and value}


def push_fault(parameters: Parameters) -> InvalidRequest | None:
    """What must not be pushed (RFC 9126 §2.1)."""
    if parameters.get(REQUEST_URI) is not None:
        return InvalidRequest("request_uri can't be pushed itself")
    return None


def request_uri_of(secret: str) -> str:
    """How a pushed request is called."""
    return f"{PREFIX}{secret}"


def read_request_uri(text: str) -> Presented | InvalidRequestUri | RequestUriNotSupported:
    """Which pushed request is meant. Nothing is ever fetched from anywhere: a `request_uri` that is an address
    (RFC 9101 §5.2) is not supported."""
    if not text.startswith(PREFIX):
        return RequestUriNotSupported("only a request_uri that was given for a pushed request is served")
    presented = parse(text.removeprefix(PREFIX), Kind.PUSHED_REQUEST)
    return presented or InvalidRequestUri("this request_uri is none that was given here")
