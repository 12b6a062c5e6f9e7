"""For an API of your own: verify the token that a call brings, and require a scope.

    guard = Guard(Introspection(issuer, client_id, client_secret), resource="https://api.example.com")
    outcome = guard.check(authorization_headers, "read")  # Access, or a Refusal to answer with

`gatelodge.guard.asgi`, `.starlette`, `.fastapi` and `.django` put that into a framework; docs/guard.md is the guide.
Nothing here imports another part of Gatelodge, nor anything but the standard library; `Jwt` and `Possession`, once they
are made, joserfc.
"""

from gatelodge.guard.access import Access, Application, User
from gatelodge.guard.clock import Clock
from gatelodge.guard.guard import Guard
from gatelodge.guard.introspection import Introspection
from gatelodge.guard.jwt import Jwt
from gatelodge.guard.limits import CameraAccess
from gatelodge.guard.possession import Possession, Request
from gatelodge.guard.refusal import Refusal
from gatelodge.guard.verifier import Verdict, Verifier

__all__ = [
    "Access",
    "Application",
    "CameraAccess",
    "Clock",
    "Guard",
    "Introspection",
    "Jwt",
    "Possession",
    "Refusal",
    "Request",
    "User",
    "Verdict",
    "Verifier",
]
