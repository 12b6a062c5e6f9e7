"""What one provider demands of applications and allows them beyond what is always so: each field is a switch.

A field is all that a switch costs: `gatelodge provider set` makes an option of it, of its type, with what `switch` says
of it.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

STANDARD, FAPI2 = "standard", "fapi2"
PROFILES = (STANDARD, FAPI2)

# Who may register applications (RFC 7591 §3): nobody, whoever has an initial access token, everybody.
REGISTRATION_OFF, REGISTRATION_BY_TOKEN, REGISTRATION_OPEN = "off", "token", "open"
REGISTRATIONS = (REGISTRATION_OFF, REGISTRATION_BY_TOKEN, REGISTRATION_OPEN)

SIGNING_ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")  # what we sign with
FAPI2_ALGORITHMS = ("ES256", "PS256", "EdDSA")  # FAPI 2.0 Security Profile §5.4.1


def switch(default: Any, says: str, *, among: tuple[str, ...] = (), least: int = 0, most: int = 0) -> Any:
    """A switch: what it does, in a sentence, and its values where they are words or numbers of a range."""
    return field(default=default, metadata={"says": says, "among": among, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Policy:
    """The switches of one provider; by default what serves everybody and is safe."""

    profile: str = switch(
        STANDARD, "fapi2: all that the FAPI 2.0 Security Profile demands, of every application.", among=PROFILES
    )
    signing_algorithm: str = switch(
        "ES256", "What is signed with, where an application asks for nothing else.", among=SIGNING_ALGORITHMS
    )
    require_pkce: bool = switch(False, "PKCE of confidential applications too; of public ones it always is required.")
    require_pushed_requests: bool = switch(False, "Requests have to be pushed (RFC 9126).")
    require_signed_requests: bool = switch(False, "Requests have to be signed (RFC 9101).")
    require_signed_responses: bool = switch(False, "Answers to requests have to be signed (JARM).")
    require_bound_tokens: bool = switch(
        False, "Tokens have to be bound, by DPoP (RFC 9449) or a client certificate (RFC 8705)."
    )
    require_dpop_nonce: bool = switch(False, "DPoP proofs have to carry a nonce of ours (RFC 9449 8).")
    device_flow: bool = switch(True, "The device flow (RFC 8628), for applications that have the grant.")
    token_exchange: bool = switch(True, "Token exchange (RFC 8693), for applications that have the grant.")
    jwt_bearer: bool = switch(True, "JWT bearer (RFC 7523), for applications that have the grant.")
    registration: str = switch(
        REGISTRATION_OFF,
        "Who may register applications (RFC 7591): nobody, whoever has an initial access token, everybody.",
        among=REGISTRATIONS,
    )
    metadata_documents: bool = switch(
        False, "Applications whose client_id is the URL of a document that describes them."
    )
    client_certificates: bool = switch(False, "Client certificates (RFC 8705); the proxy in front has to pass them on.")
    step_up_max_age: int = switch(
        0,
        "High-risk rights (speaking, playing sounds, deleting recordings) need a sign-in that is at most so old, in "
        "seconds (RFC 9470), of whoever uses them through an application; 0: any age.",
        most=30 * 86_400,
    )
    pushed_request_lifetime: int = switch(
        90, "How long a pushed request can be used, in seconds (RFC 9126 2.2).", least=60, most=599
    )

    @property
    def fapi2(self) -> bool:
        """Whether the FAPI 2.0 Security Profile holds."""
        return self.profile == FAPI2

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What the provider signs with, its own choice first; by FAPI 2.0 Security Profile §5.4.1 not with RS256."""
        possible = FAPI2_ALGORITHMS if self.fapi2 else SIGNING_ALGORITHMS
        return tuple(sorted(possible, key=lambda one: one != self.signing_algorithm))

    @property
    def in_force(self) -> "Policy":
        """The switches as they are in force: the FAPI 2.0 Security Profile turns those on that it takes (§5.3.2)."""
        if not self.fapi2:
            return self
        algorithm = self.signing_algorithm if self.signing_algorithm in FAPI2_ALGORITHMS else "ES256"
        return replace(
            self,
            signing_algorithm=algorithm,
            require_pkce=True,
            require_pushed_requests=True,
            require_bound_tokens=True,
            registration=REGISTRATION_BY_TOKEN if self.registration == REGISTRATION_OPEN else self.registration,
            metadata_documents=False,
        )


DEFAULT = Policy()


def switches() -> tuple["Field[Any]", ...]:
    """Every switch: its name, its default, and in `metadata` what `switch` was told."""
    return fields(Policy)


def policy_faults(policy: Policy) -> Mapping[str, str]:
    """What can't be so, by switch, each as a sentence with what is allowed."""
    faults = {}
    for one in switches():
        value, among, most = getattr(policy, one.name), one.metadata.get("among"), one.metadata.get("most")
        if among and value not in among:
            faults[one.name] = f"Choose from: {', '.join(among)}."
        if most and not one.metadata["least"] <= value <= most:
            faults[one.name] = f"Choose from {one.metadata['least']} to {most}."
    if policy.fapi2 and policy.signing_algorithm not in FAPI2_ALGORITHMS:
        allowed = ", ".join(FAPI2_ALGORITHMS)
        faults["signing_algorithm"] = f"With the profile fapi2, choose from: {allowed}."
    return faults
