"""For Django: a decorator for views, sync and async, and a URL pattern for the metadata."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, path

from gatelodge.guard.access import Access
from gatelodge.guard.guard import Guard
from gatelodge.guard.possession import Request
from gatelodge.guard.refusal import Refusal

_ATTRIBUTE = "gatelodge_access"

View = Callable[..., Any]


def access_of(request: HttpRequest) -> Access:
    """Who calls. Raises AttributeError where no guard let them in."""
    access: Access = getattr(request, _ATTRIBUTE)
    return access


def require(guard: Guard, *scopes: str, max_age: int | None = None, acr: Sequence[str] = ()) -> Callable[[View], View]:
    """Let only calls through whose token has all of `scopes`; others are answered as RFC 6750 says. For a function, and
    for what a class's `as_view()` gives. The view is exempt from CSRF checks, as no browser sends that header
    by itself."""

    def guarded(view: View) -> View:
        if iscoroutinefunction(view):

            @functools.wraps(view)
            async def checked_async(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
                outcome = await guard.check_async(
                    _authorization(request), *scopes, max_age=max_age, acr=acr, request=_request(request)
                )
                if not isinstance(outcome, Access):
                    return _refused(outcome)
                setattr(request, _ATTRIBUTE, outcome)
                response: HttpResponseBase = await view(request, *args, **more)
                return response

            made: Any = checked_async
        else:

            @functools.wraps(view)
            def checked(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
                outcome = guard.check(
                    _authorization(request), *scopes, max_age=max_age, acr=acr, request=_request(request)
                )
                if not isinstance(outcome, Access):
                    return _refused(outcome)
                setattr(request, _ATTRIBUTE, outcome)
                response: HttpResponseBase = view(request, *args, **more)
                return response

            made = checked
        made.csrf_exempt = True
        return made  # type: ignore[no-any-return]  # a view with Django's mark on it

    return guarded


def metadata_path(guard: Guard) -> URLPattern:
    """The URL pattern of the API's metadata (RFC 9728 §3), for the root URLconf."""

    def metadata(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(guard.metadata, headers=dict(guard.metadata_headers))

    return path(guard.metadata_path.removeprefix("/"), metadata)


def _authorization(request: HttpRequest) -> list[str]:
    """The header's value; several are joined with commas here, which the guard knows from a token."""
    value = request.META.get("HTTP_AUTHORIZATION")
    return [] if value is None else [value]


def _request(request: HttpRequest) -> Request:
    """The call, for tokens that are bound to something. Headers that came twice are joined with commas here, and so
    are no DPoP proof."""
    headers = {name.lower(): [value] for name, value in request.headers.items()}
    return Request(request.method or "", request.path, headers)


def _refused(refusal: Refusal) -> HttpResponse:
    return JsonResponse(refusal.body, status=refusal.status, headers=dict(refusal.headers))
