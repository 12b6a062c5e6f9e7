"""Forms that make something carry the key of what they will make, signed: sent twice, they make it once.

The page that answers such a form shows a secret, so it can't be a redirect, and a browser that reloads it sends the
form again."""

from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id, public_id

PURPOSE = "once"


def once(visit: Visit) -> str:
    """A key for what a form is about to make."""
    row_id = public_id(visit.services.mint.id())
    return f"{row_id}.{visit.services.keys.sign(PURPOSE, _message(visit, row_id))}"


def row_id_of(visit: Visit) -> int | None:
    """The key that the posted form brings, if we gave it to this browser; otherwise None."""
    row_id, _, signature = visit.form.get("once").partition(".")
    if not visit.services.keys.verify(PURPOSE, _message(visit, row_id), signature):
        return None
    return parse_public_id(row_id)


def _message(visit: Visit, row_id: str) -> bytes:
    return visit.browser.digest + row_id.encode("utf-8", "replace")
