"""The guard itself: from the headers of a call and the scopes that it needs to whoever calls, or to a refusal."""

import json
from collections.abc import Sequence

from gatelodge.guard.access import Access
from gatelodge.guard.address import checked
from gatelodge.guard.bearer import read_token
from gatelodge.guard.clock import Clock
from gatelodge.guard.possession import ALGORITHMS, Possession, Request
from gatelodge.guard.refusal import INVALID, Refusal, lacking, step_up, with_headers
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
        possession: Possession | None = None,
    ) -> None:
        parts = checked(resource, "resource")
        if isinstance(scopes, str):
            raise ValueError("scopes are several texts, not one")
        self._verifier = verifier
        self._clock = clock or Clock()
        self._possession = possession
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
        if possession is not None:
            members["dpop_signing_alg_values_supported"] = list(ALGORITHMS)  # RFC 9728 §2
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
        self,
        authorization: Sequence[str],
        *scopes: str,
        max_age: int | None = None,
        acr: Sequence[str] = (),
        request: Request | None = None,
    ) -> Access | Refusal:
        """Who calls, with a token that has all of `scopes`; or what to answer. `authorization` are the values of all
        `Authorization` headers that came. Blocks for as long as the verifier has to ask.

        With `max_age` (seconds) its user must have signed in no longer ago than that, with `acr` in one of these ways
        (RFC 9470). A token that does not tell, such as a user's own, or one of an application as itself, is refused
        then: its challenge says what to ask for.

        A token that is bound to a key or a certificate is good where the guard has a `Possession`, and `request` says
        what was called."""
        shown = self._shown(authorization)
        verdict = shown if isinstance(shown, Refusal) else settle(self._verifier, shown[1])
        return self._outcome(verdict, shown, scopes, max_age, acr, request)

    async def check_async(
        self,
        authorization: Sequence[str],
        *scopes: str,
        max_age: int | None = None,
        acr: Sequence[str] = (),
        request: Request | None = None,
    ) -> Access | Refusal:
        """The same, for an asyncio event loop."""
        shown = self._shown(authorization)
        verdict = shown if isinstance(shown, Refusal) else await settle_async(self._verifier, shown[1])
        return self._outcome(verdict, shown, scopes, max_age, acr, request)

    def _shown(self, authorization: Sequence[str]) -> tuple[str, str] | Refusal:
        """Scheme and token."""
        return read_token(authorization, ("bearer",) if self._possession is None else ("bearer", "dpop"))

    def _outcome(
        self,
        verdict: Verdict,
        shown: tuple[str, str] | Refusal,
        scopes: Sequence[str],
        max_age: int | None,
        acr: Sequence[str],
        request: Request | None,
    ) -> Access | Refusal:
        scheme, token = ("bearer", "") if isinstance(shown, Refusal) else shown
        if isinstance(verdict, Access):
            if (fault := self._bound_fault(verdict, scheme, token, request)) is not None:
                verdict = fault
            elif not verdict.scopes.issuperset(scopes):
                verdict = lacking(scopes)
            elif self._is_enough(verdict, max_age, acr):
                return verdict
            else:
                verdict = step_up(max_age, acr)
        return with_headers(
            verdict,
            realm=self._realm,
            metadata_url=self.metadata_url,
            scopes=scopes,
            proofs=() if self._possession is None else ALGORITHMS,
            dpop=scheme == "dpop",
        )

    def _bound_fault(self, access: Access, scheme: str, token: str, request: Request | None) -> Refusal | None:
        """Why the token is not the caller's to use, where it is bound to something."""
        if access.jkt is None and access.x5t is None and scheme == "bearer":
            return None
        if self._possession is None:
            return INVALID
        return self._possession.fault(access, scheme, token, self._resource, request)

    def _is_enough(self, access: Access, max_age: int | None, acr: Sequence[str]) -> bool:
        """Whether its user signed in lately enough, and in one of the ways that are."""
        if acr and access.acr not in acr:
            return False
        return max_age is None or (access.auth_time is not None and self._clock.now() - access.auth_time <= max_age)
