"""What one provider demands of applications and allows them beyond what is always so: each field is a switch."""

from dataclasses import dataclass

STANDARD, FAPI2 = "standard", "fapi2"
PROFILES = (STANDARD, FAPI2)

# Who may register applications (RFC 7591 §3): nobody, whoever has an initial access token, everybody.
REGISTRATION_OFF, REGISTRATION_BY_TOKEN, REGISTRATION_OPEN = "off", "token", "open"
REGISTRATIONS = (REGISTRATION_OFF, REGISTRATION_BY_TOKEN, REGISTRATION_OPEN)

SIGNING_ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")  # what we sign with


@dataclass(frozen=True, slots=True)
class Policy:
    """The switches of one provider; by default what serves everybody and is safe."""

    profile: str = STANDARD  # fapi2: all that the FAPI 2.0 Security Profile asks for, of every application
    signing_algorithm: str = "ES256"  # of what is signed, where an application asks for nothing else
    require_pkce: bool = False  # of confidential applications as well; of public ones it always is
    require_pushed_requests: bool = False  # RFC 9126 §5
    require_signed_requests: bool = False  # RFC 9101 §10.5
    require_bound_tokens: bool = False  # by DPoP (RFC 9449) or a client certificate (RFC 8705)
    require_dpop_nonce: bool = False  # RFC 9449 §8
    device_flow: bool = True  # RFC 8628, for applications that have the grant
    token_exchange: bool = True  # RFC 8693, likewise
    jwt_bearer: bool = True  # RFC 7523 §2.1, likewise
    registration: str = REGISTRATION_OFF
    metadata_documents: bool = False  # applications whose client_id is the URL of a document that describes them
    client_certificates: bool = False  # RFC 8705; the proxy in front has to pass them on

    @property
    def fapi2(self) -> bool:
        """Whether the FAPI 2.0 Security Profile holds."""
        return self.profile == FAPI2

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What the provider signs with, its own choice first; by FAPI 2.0 Security Profile §5.4.1 not with RS256."""
        possible = [one for one in SIGNING_ALGORITHMS if not (self.fapi2 and one == "RS256")]
        return tuple(sorted(possible, key=lambda one: one != self.signing_algorithm))


DEFAULT = Policy()
