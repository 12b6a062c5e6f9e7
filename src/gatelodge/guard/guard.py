"""The guard itself: from the headers of a call and the scopes that it needs to whoever calls, or to a refusal."""

import json
from collections.abc import Sequence

from gatelodge.guard.access import Access
from gatelodge.guard.address import checked
from gatelodge.guard.bearer import read_bearer
from gatelodge.guard.clock import Clock
from gatelodge.guard.refusal import Refusal, lacking, step_up, with_headers
from gatelodge.guard.verifier import Verdict, Verifier, settle, settle_async

WELL_KNOWN = "/.well-known/oauth-protected-resource"


class Guard:
    """Stands before one API, known as `resource`: the address that its callers know it by (RFC 9728 §1.2).

    `scopes` are those that the API knows, and `name` and `documentation` what people are told of it; they only go into
    its metadata. `realm` is what challenges call it, by default its address. Raises ValueError where `resource` is no
    https address (http on this computer alone).
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        resource: str,
        realm: str | None = None,
        scopes: Sequence[str] = (),
        name: str | None = None,
        documentation: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        parts = checked(resource, "resource")
        if isinstance(scopes, str):
            raise ValueError("scopes are several texts, not one")
        self._verifier = verifier
        self._clock = clock or Clock()
        self._resource = resource
        self._realm = realm or resource
        # RFC 9728 §3.1: between host and path, and a path that is only a slash is none.
        self.metadata_path = WELL_KNOWN + ("" if parts.path == "/" else parts.path)
        query = f"?{parts.query}" if parts.query else ""
        self.metadata_url = f"{parts.scheme}://{parts.netloc}{self.metadata_path}{query}"
        members: dict[str, object] = {
            "resource": resource,
            "authorization_servers": [verifier.issuer],
            "bearer_methods_supported": ["header"],
        }
        more = {"scopes_supported": sorted(scopes), "resource_name": name, "resource_documentation": documentation}
        members |= {key: value for key, value in more.items() if value}
        self.metadata = json.dumps(members).encode("ascii")

    def __repr__(self) -> str:
        return f"Guard({self._verifier!r}, resource={self._resource!r})"

    @property
    def metadata_headers(self) -> tuple[tuple[str, str], ...]:
        """What the metadata document (RFC 9728 §3.2) is answered with: any page may read it, and keep it."""
        return (
            ("Content-Type", "application/json"),
            ("Cache-Control", "public, max-age=300"),
            ("Access-Control-Allow-Origin", "*"),
        )

    def check(
        self, authorization: Sequence[str], *scopes: str, max_age: int | None = None, acr: Sequence[str] = ()
    ) -> Access | Refusal:
        """Who calls, with a token that has all of `scopes`; or what to answer. `authorization` are the values of all
        `Authorization` headers that came. Blocks for as long as the verifier has to ask.

        With `max_age` (seconds) its user must have signed in no longer ago than that, with `acr` in one of these ways
        (RFC 9470). A token that does not tell, such as a user's own, or one of an application as itself, is refused
        then: its challenge says what to ask for."""
        token = read_bearer(authorization)
        verdict = token if isinstance(token, Refusal) else settle(self._verifier, token)
        return self._outcome(verdict, scopes, max_age, acr)

    async def check_async(
        self, authorization: Sequence[str], *scopes: str, max_age: int | None = None, acr: Sequence[str] = ()
    ) -> Access | Refusal:
        """The same, for an asyncio event loop."""
        token = read_bearer(authorization)
        verdict = token if isinstance(token, Refusal) else await settle_async(self._verifier, token)
        return self._outcome(verdict, scopes, max_age, acr)

    def _outcome(
        self, verdict: Verdict, scopes: Sequence[str], max_age: int | None, acr: Sequence[str]
    ) -> Access | Refusal:
        if isinstance(verdict, Access):
            if not verdict.scopes.issuperset(scopes):
                verdict = lacking(scopes)
            elif self._is_enough(verdict, max_age, acr):
                return verdict
            else:
                verdict = step_up(max_age, acr)
        return with_headers(verdict, realm=self._realm, metadata_url=self.metadata_url, scopes=scopes)

    def _is_enough(self, access: Access, max_age: int | None, acr: Sequence[str]) -> bool:
        """Whether its user signed in lately enough, and in one of the ways that are."""
        if acr and access.acr not in acr:
            return False
        return max_age is None or (access.auth_time is not None and self._clock.now() - access.auth_time <= max_age)
