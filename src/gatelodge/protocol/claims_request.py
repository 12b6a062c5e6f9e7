"""The `claims` parameter (OpenID Connect Core §5.5): claims asked for one by one, for the ID token or for userinfo."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from gatelodge.protocol.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """How one claim is asked for. `values` None: whatever it is; else it is only of use with one of these."""

    essential: bool = False
    values: tuple[object, ...] | None = None

    def takes(self, value: object) -> bool:
        """Whether the claim is of use with this value."""
        return self.values is None or value in self.values


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What is asked for, by the claims' names."""

    userinfo: Mapping[str, Asked] = field(default_factory=dict)
    id_token: Mapping[str, Asked] = field(default_factory=dict)


NOTHING = ClaimsRequest()


def read_claims(text: str) -> ClaimsRequest | InvalidRequest:
    """What a request asks for. Members that are not known are passed over (OpenID Connect Core §5.5)."""
    try:
        members = json.loads(text)
        return ClaimsRequest(_claims(members, "userinfo"), _claims(members, "id_token"))
    except (ValueError, RecursionError):
        return InvalidRequest("claims is not a JSON object as OpenID Connect Core 5.5 has it")


@lru_cache(1024)
def stored_claims(text: str | None) -> ClaimsRequest:
    """The same, of a text that was found good before; nothing, of none."""
    found = NOTHING if text is None else read_claims(text)
    return NOTHING if isinstance(found, InvalidRequest) else found


def _claims(members: object, name: str) -> Mapping[str, Asked]:
    if not isinstance(members, dict):
        raise ValueError
    found = members.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError
    return {claim: _asked(how) for claim, how in found.items()}


def _asked(how: object) -> Asked:
    if how is None:  # asked for as a voluntary claim, in the default manner
        return Asked()
    if not isinstance(how, dict):
        raise ValueError
    essential, values = how.get("essential", False), how.get("values")
    if not isinstance(essential, bool) or not (values is None or isinstance(values, list)):
        raise ValueError
    if "value" in how:
        values = [how["value"]]
    return Asked(essential, None if values is None else tuple(values))
