"""An application made in the portal, by filling in its form, and what its page then shows."""

import httpx2

from tests.portal.document import Document, document
from tests.support.person import Person

NEW = "/api-access/applications/new"
CALLBACK = "http://127.0.0.1:9000/callback"


def send(owner: Person, **fields: str | list[str]) -> httpx2.Response:
    """What comes of the form of a new application with these fields."""
    return owner.submit(owner.go(NEW), NEW, **fields)


def refused(answer: httpx2.Response) -> dict[str, str]:
    """The faults that a form which was sent shows, by field."""
    assert answer.status_code == 422, answer.text
    found = {one.attributes["id"]: one.text for one in document(answer.text).every("p") if "id" in one.attributes}
    return {place.removesuffix("-fault"): text for place, text in found.items() if place.endswith("-fault")}


class Made:
    """An application that was just made; its page is the only one that shows the secret."""

    def __init__(self, owner: Person, **fields: str | list[str]) -> None:
        answer = send(owner, **fields)
        assert answer.status_code == 200, answer.text
        self.page: Document = document(answer.text)
        self.client_id = self.code("client-id")
        self.url = f"/api-access/applications/{self.client_id}"

    def code(self, place: str) -> str:
        """What stands in the box to copy of this id."""
        (found,) = [one for one in self.page.every("code") if one.attributes.get("id") == place]
        return found.text

    @property
    def secret(self) -> str | None:
        """The client secret, where there is one."""
        there = any(one.attributes.get("id") == "client-secret" for one in self.page.every("code"))
        return self.code("client-secret") if there else None

    @property
    def examples(self) -> dict[str, str]:
        """The examples, by title."""
        titles = [one.text.strip() for one in self.page.every("summary")]
        return {title: self.code(f"example-{place}") for place, title in enumerate(titles, 1)}

    @property
    def says(self) -> str:
        """What the page says."""
        return " ".join(self.page.every("main")[0].text.split())

    @property
    def sections(self) -> list[str]:
        """The headings of its sections."""
        return [one.text for one in self.page.every("h2") if one.attributes.get("id", "").endswith("-title")]
