"""What a person without JavaScript does in the portal, and finds on its pages."""

import html
import re

import httpx2

from tests.support.person import Person

_BOX = re.compile(r'<code id="([^"]+)">(.*?)</code>', re.DOTALL)
_EXAMPLE = re.compile(r"<summary>\s*([A-Za-z ]+?)\s*<.*?<code[^>]*>(.*?)</code>", re.DOTALL)


def make_application(
    person: Person, name: str, *redirect_uris: str, kind: str = "confidential", **fields: str | list[str]
) -> httpx2.Response:
    """Make an application, as somebody who is signed in; the page that shows it, with its secret. `fields` are further
    ones of the form."""
    page = person.submit(
        person.go("/api-access/applications/new"),
        "/api-access/applications/new",
        name=name,
        description="",
        redirect_uris="\r\n".join(redirect_uris),
        kind=kind,
        **fields,
    )
    assert page.status_code == 200, page.text
    return page


def make_token(person: Person, name: str, *scope: str) -> httpx2.Response:
    """Make a user token for a week; the page that shows it."""
    form = "/api-access/tokens/new"
    page = person.submit(person.go(form), form, name=name, scope=list(scope), expires="7d")
    assert page.status_code == 200, page.text
    return page


def boxes(page: httpx2.Response) -> dict[str, str]:
    """What can be copied from a page, by the box's id."""
    return {name: html.unescape(text) for name, text in _BOX.findall(page.text)}


def examples(page: httpx2.Response) -> dict[str, str]:
    """The ready-made examples on an application's page, by title."""
    return {title: html.unescape(text) for title, text in _EXAMPLE.findall(page.text)}
