"""Ready-made examples, filled with real values: what an integrator copies first. Which there are, for which kind."""

from gatelodge.portal.examples_for_machines import (
    introspection_curl,
    introspection_examples,
    own_examples,
    own_token_curl,
)
from gatelodge.portal.examples_for_people import exchange_curl, people_examples
from gatelodge.portal.kinds import acts_as_itself, asks_people
from gatelodge.portal.models import Example
from gatelodge.service.records import Application

SECRET = "YOUR_CLIENT_SECRET"


def application_examples(origin: str, application: Application, secret: str | None) -> tuple[Example, ...]:
    """All that the application can do. The secret is in them only on the page that shows it anyway."""
    shown = (secret or SECRET) if application.confidential else None
    found: tuple[Example, ...] = ()
    if asks_people(application):
        found += people_examples(origin, application, shown)
    if acts_as_itself(application) and shown:
        found += own_examples(origin, application, shown)
    if application.resource_server and shown:
        found += introspection_examples(origin, application, shown)
    return found


def secret_example(origin: str, application: Application, secret: str) -> Example:
    """What the secret is for, in one command."""
    if application.resource_server:
        return Example("Ask about a token with it:", "sh", introspection_curl(origin, application, secret))
    if acts_as_itself(application):
        return Example("Get a token with it:", "sh", own_token_curl(origin, application, secret))
    return Example("Exchange a code for a token with it:", "sh", exchange_curl(origin, application, secret))
