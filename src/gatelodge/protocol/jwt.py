"""A JWT as it came (RFC 7519): a value that rules can look at before anybody knows whether to believe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Jwt:
    """Header and claims of a signed JWT, neither of which is known to be true. `inner` is for whoever checks it."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    inner: Any = field(repr=False)

    @property
    def alg(self) -> str:
        """What it says it is signed with; whoever read it has seen that this is a text."""
        alg: str = self.header["alg"]
        return alg

    @property
    def kid(self) -> str | None:
        """Which of its owner's keys it says it is signed with."""
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else None
