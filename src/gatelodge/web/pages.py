"""What the shell asks of whoever draws pages."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response


class ErrorPages(Protocol):
    """Draws a page that says what went wrong and what to do next."""

    def error(self, request: Request, status: int, title: str, text: str, *, detail: str = "") -> Response:
        """A page with a title, a sentence or two, and a detail for whoever built the application."""


class AnswerPages(ErrorPages, Protocol):
    """Draws, besides, the page that hands an answer over to an application."""

    def hand_over(self, request: Request, url: str, fields: Mapping[str, str]) -> Response:
        """A page whose form posts the fields to `url`, by itself or by its button."""
