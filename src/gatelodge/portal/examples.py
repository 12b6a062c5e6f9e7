"""Ready-made examples, filled with real values: what an integrator copies first. Which there are, for which kind."""

from gatelodge.portal.examples_for_devices import (
    assertion_examples,
    device_curl,
    device_examples,
    exchange_examples,
    exchange_token_curl,
)
from gatelodge.portal.examples_for_machines import (
    introspection_curl,
    introspection_examples,
    own_examples,
    own_token_curl,
)
from gatelodge.portal.examples_for_people import exchange_curl, people_examples
from gatelodge.portal.kinds import acts_as_itself, asks_people
from gatelodge.portal.models import Example
from gatelodge.protocol.client import DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from gatelodge.service.device_flow import PATH as DEVICE
from gatelodge.service.records import Application

SECRET = "YOUR_CLIENT_SECRET"


def application_examples(origin: str, application: Application, secret: str | None) -> tuple[Example, ...]:
    """All that the application can do. The secret is in them only on the page that shows it anyway."""
    shown = (secret or SECRET) if application.confidential else None
    found: tuple[Example, ...] = ()
    if asks_people(application):
        found += people_examples(origin, application, shown)
    if DEVICE_CODE in application.grant_types:
        found += device_examples(origin, application, shown)
    if acts_as_itself(application) and shown:
        found += own_examples(origin, application, shown)
    if application.resource_server and shown:
        found += introspection_examples(origin, application, shown)
    if TOKEN_EXCHANGE in application.grant_types:
        found += exchange_examples(origin, application, shown)
    if JWT_BEARER in application.grant_types:
        found += assertion_examples(origin, application, shown)
    return found


def device_qr(origin: str, application: Application) -> str:
    """The address where codes are typed, as a QR code for a page: an SVG in a data URL; "" where none is."""
    if DEVICE_CODE not in application.grant_types:
        return ""
    import segno  # only here: most pages have none

    return segno.make(origin + DEVICE, micro=False).svg_data_uri(border=2, dark="#000", light="#fff")


def secret_example(origin: str, application: Application, secret: str) -> Example:
    """What the secret is for, in one command."""
    if application.resource_server:
        return Example("Ask about a token with it:", "sh", introspection_curl(origin, application, secret))
    if acts_as_itself(application):
        return Example("Get a token with it:", "sh", own_token_curl(origin, application, secret))
    if not asks_people(application):
        if DEVICE_CODE in application.grant_types:
            return Example("Begin on a device with it:", "sh", device_curl(origin, application, secret))
        return Example("Exchange a token with it:", "sh", exchange_token_curl(origin, application, secret))
    return Example("Exchange a code for a token with it:", "sh", exchange_curl(origin, application, secret))
