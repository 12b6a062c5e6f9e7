"""For FastAPI: a dependency that takes its scopes from `Security`, and the metadata."""

from collections.abc import Sequence

from fastapi import FastAPI, HTTPException, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase

from gatelodge.guard import asgi
from gatelodge.guard.access import Access
from gatelodge.guard.guard import Guard
from gatelodge.guard.starlette import metadata_route


class Bearer(SecurityBase):
    """The dependency: `access: Annotated[Access, Security(Bearer(guard), scopes=["read"])]`.

    Gives the `Access` of a token that has all of the scopes, those of the dependencies around it included. Otherwise
    raises an HTTPException with the status and headers that RFC 6750 says; its detail is the refusal's body. The
    OpenAPI document names it as a bearer scheme, `scheme_name`. `max_age` and `acr` as Guard.check has them.
    """

    def __init__(
        self, guard: Guard, scheme_name: str = "Gatelodge", *, max_age: int | None = None, acr: Sequence[str] = ()
    ) -> None:
        self.model = HTTPBearer()
        self.scheme_name = scheme_name
        self._guard = guard
        self._max_age = max_age
        self._acr = tuple(acr)

    async def __call__(self, request: Request, security_scopes: SecurityScopes) -> Access:
        """Who calls."""
        outcome = await self._guard.check_async(
            request.headers.getlist("authorization"),
            *security_scopes.scopes,
            max_age=self._max_age,
            acr=self._acr,
            request=asgi.request_of(request.scope),
        )
        if not isinstance(outcome, Access):
            raise HTTPException(outcome.status, outcome.body, dict(outcome.headers))
        request.scope[asgi.KEY] = outcome
        return outcome


def serve_metadata(app: FastAPI, guard: Guard) -> None:
    """Have the app serve the API's metadata (RFC 9728 §3)."""
    app.router.routes.append(metadata_route(guard))
