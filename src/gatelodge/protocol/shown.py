"""What a request shows of its sender besides its parameters."""

from dataclasses import field

from gatelodge.protocol.values import value


@value
class Shown:
    """The headers and the connection of one request, as far as they prove something."""

    authorization: str | None = field(default=None, repr=False)  # the Authorization header's value
    dpop: tuple[str, ...] = field(default=(), repr=False)  # the DPoP headers' values (RFC 9449 §4.3: one at most)
    certificate: str | None = field(default=None, repr=False)  # the client's, as the proxy passed it on (RFC 8705)
    certificate_verified: bool = False  # whether the proxy says that it has verified the certificate's chain
    method: str = "POST"
    path: str = ""  # of the address that was called, without the query


NOTHING = Shown()
