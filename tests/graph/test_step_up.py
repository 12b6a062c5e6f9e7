"""High-risk rights where the provider asks for a sign-in that is not long ago (RFC 9470)."""

from dataclasses import replace

import httpx
import pytest

from gatelodge.protocol.credentials import Kind, public_id
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import NOTHING
from gatelodge.service.answering import SendBack
from gatelodge.service.granting import TokenAnswer
from tests.graph.conftest import OWNER, Site

DELETE = 'mutation {recordingDelete(recording: "00000000001")}'
HARMLESS = "{cameraList{name}}"


async def token(site: Site, *, age: int = 0, **more: str) -> str:
    """What the demo application is given by the owner, who signed in `age` seconds ago."""
    services, provider, demo = site.services, site.provider, site.demo.application
    client_id = public_id(demo.application.id)
    fields = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": demo.application.redirect_uris[0],
        "scope": "read recordings_delete",
        **more,
    }
    handle = await services.authorize.begin(provider, Parameters(fields))
    assert isinstance(handle, str), handle
    session = (await services.sign_in.begin(await site.user(OWNER))).session
    session = replace(session, created_at=session.created_at - age)
    browser = services.mint.secret(Kind.BROWSER).presented
    back = await services.authorize.decide(provider, handle, browser, session, allow=True)
    assert isinstance(back, SendBack), back
    exchange = {
        "grant_type": "authorization_code",
        "code": httpx.URL(back.url).params["code"],
        "redirect_uri": fields["redirect_uri"],
        "client_id": client_id,
        "client_secret": demo.client_secret or "",
    }
    answer = await services.token.exchange(provider, Parameters(exchange), NOTHING)
    assert isinstance(answer, TokenAnswer), answer
    return answer.access_token


def switch_on(site: Site) -> None:
    """Have the provider ask for a sign-in of the last hour."""
    site.change("""UPDATE providers SET policy = '{"step_up_max_age": 3600}'""")


@pytest.mark.rfc("9470", "3", "a protected resource challenges for a sign-in that it takes")
@pytest.mark.rfc("9470", "4", "the token of a request with max_age is one that is taken")
async def test_an_application_is_sent_to_have_its_user_sign_in(site: Site) -> None:
    switch_on(site)
    plain = await token(site)
    refused = await site.ask(plain, DELETE)
    assert refused.status_code == 401
    challenge = refused.headers["www-authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'max_age="3600"' in challenge
    [error] = refused.json()["errors"]
    assert error["extensions"]["code"] == "INSUFFICIENT_USER_AUTHENTICATION"
    assert "data" not in refused.json()
    assert (await site.ask(plain, HARMLESS)).status_code == 200
    fresh = await token(site, max_age="3600")
    assert (await site.ask(fresh, DELETE)).status_code == 200
    old = await token(site, age=5000, scope="openid read recordings_delete")
    assert (await site.ask(old, DELETE)).status_code == 401


async def test_a_fragment_hides_nothing(site: Site) -> None:
    switch_on(site)
    query = f"mutation {{...F}} fragment F on Mutation {DELETE.removeprefix('mutation ')}"
    assert (await site.ask(await token(site), query)).status_code == 401


async def test_unless_the_provider_asks_for_it_any_sign_in_will_do(site: Site) -> None:
    assert (await site.ask(await token(site, age=5000), DELETE)).status_code == 200


async def test_a_users_own_token_has_nobody_to_send(site: Site) -> None:
    switch_on(site)
    assert (await site.ask(await site.token(OWNER), DELETE)).status_code == 200
