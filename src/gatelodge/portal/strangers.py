"""What people are told of an application that nobody here answers for."""

from urllib.parse import urlsplit

from gatelodge.portal.models import Link, Stranger
from gatelodge.protocol.client import Client

_LABELS = (
    ("client_uri", "Its site"),
    ("policy_uri", "What it does with your data"),
    ("tos_uri", "Its terms"),
)


def stranger_of(client: Client) -> Stranger | None:
    """What the application says of itself, and the hosts that it does so at, in full: a name can be anybody's. None for
    one that an account here answers for. Its logo is not shown: it would be fetched from anywhere, and be anything."""
    settings = client.settings
    if not settings.of_nobody:
        return None
    links = tuple(Link(label, url, urlsplit(url).netloc) for name, label in _LABELS if (url := getattr(settings, name)))
    return Stranger(urlsplit(client.document_url or "").netloc, links)
