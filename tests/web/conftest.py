"""The server that these tests send their requests to."""

from tests.web.served import own_server, server

__all__ = ["own_server", "server"]
