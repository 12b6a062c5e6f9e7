"""An MCP server whose users sign in at Gatelodge: what any MCP client connects to with nothing but the address.

The official SDK's server, with the guard around it: a call without a token is told where to get one (RFC 9728), and
the tools see whose token it is and what it may do. See docs/mcp.md for how to run it.
"""

import os

from mcp.server.mcpserver import Context, MCPServer

from gatelodge.guard import Access, Guard, Introspection
from gatelodge.guard.asgi import GuardMiddleware, access_of

RESOURCE = os.environ.get("GUARD_RESOURCE", "http://localhost:8200/mcp")

guard = Guard(
    Introspection(
        os.environ.get("GUARD_ISSUER", "http://localhost:8000"),
        os.environ["GUARD_CLIENT_ID"],
        os.environ["GUARD_CLIENT_SECRET"],
        audience=RESOURCE,
    ),
    resource=RESOURCE,
    name="Notes",
    scopes=["read"],
)
server = MCPServer("Notes")


def caller(context: Context) -> Access:
    """Whose token the call came with; the guard has let it in."""
    request = context.request_context.request
    assert request is not None  # there is one wherever calls come by HTTP
    return access_of(request.scope)


@server.tool()
def who_am_i(context: Context) -> str:
    """Tell whom this server takes you for."""
    access = caller(context)
    user = access.user.username if access.user else "nobody"
    return f"{user}, through {access.application.client_id if access.application else 'a token of their own'}"


@server.tool()
def may_see(camera: str, context: Context) -> bool:
    """Whether you may see the camera of this id."""
    return caller(context).allows("read", camera)


app = GuardMiddleware(server.streamable_http_app(), guard, ["read"])
