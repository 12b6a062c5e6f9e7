"""Access that is narrower than its scope, on a real database: from the request to what the token then reaches."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, update

from gatelodge.identity.effective import Allowance, Taker
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.protocol.authorization import Step
from gatelodge.protocol.credentials import Kind, Presented, parse, public_id
from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.pkce import s256
from gatelodge.service.answering import SendBack
from gatelodge.service.authorize import Ask
from gatelodge.service.bearer import Caller
from gatelodge.service.choosing import NO_RESOURCE, NO_RIGHT, NOT_OFFERED, Choice
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.records import ApplicationForm
from gatelodge.service.refusals import Faults, NotFound
from gatelodge.service.user_tokens import MadeToken
from gatelodge.storage.schema import user_tokens
from tests.support.stores import dump, noted, outside
from tests.support.world import GUESTS_RIGHTS, START, House, World, answer_of, sure

NONE = frozenset[str]()
READ = frozenset({"read"})


async def camera(world: World, house: House, name: str, account: Account | None = None) -> int:
    """Another camera of the house."""
    number = world.mint.id()
    await world.stores.resources.add(house.provider.id, number, (account or house.account).id, name)
    return number


def details(*cameras: int, **members: Any) -> str:
    """The authorization_details that name these cameras."""
    named = {"cameras": [public_id(one) for one in cameras]} if cameras else {}
    return json.dumps([{"type": "camera_access", **named, **members}])


async def dialog(world: World, house: House, user: User | None = None, **more: str | None) -> Ask:
    """What the person is shown."""
    handle, session = await world.ask(house, **more), await world.session(user or house.owner)
    return sure(await world.authorize.look(house.provider, handle, world.browser(), session), Ask)


async def choose(
    world: World, house: House, choice: Choice | None, user: User | None = None, **more: str | None
) -> Ask | SendBack:
    """What comes of a choice."""
    handle, session = await world.ask(house, **more), await world.session(user or house.owner)
    step = await world.authorize.decide(house.provider, handle, world.browser(), session, allow=True, choice=choice)
    assert isinstance(step, Ask | SendBack)
    return step


async def chosen(
    world: World, house: House, choice: Choice | None, user: User | None = None, **more: str | None
) -> TokenAnswer:
    """What the application holds after that choice."""
    code = answer_of(await choose(world, house, choice, user, **more))["code"]
    return sure(await world.exchange(house, code), TokenAnswer)


async def silently(world: World, house: House, user: User | None = None, **more: str | None) -> dict[str, str]:
    """The answer to a request that may not ask."""
    handle, session = await world.ask(house, prompt="none", **more), await world.session(user or house.owner)
    return answer_of(await world.authorize.look(house.provider, handle, world.browser(), session))


def told(answer: TokenAnswer) -> Any:
    """The authorization_details of a token answer."""
    return json.loads(json.dumps(answer.as_json().get("authorization_details")))


async def seen(world: World, house: House, token: str) -> dict[str, frozenset[str]]:
    """The cameras that a token shows, with the rights on each."""
    caller = sure(await world.call(house, token), Caller)
    return {one.name: one.rights for one in await world.resources.of(caller)}


# What the application asks for.


@pytest.mark.rfc("9396", "7", "the token answer says what was granted")
@pytest.mark.rfc("9396", "9.2", "introspection says what a token is limited to")
async def test_a_limit_goes_from_the_request_to_every_answer(world: World, home: House, store_url: str) -> None:
    garden = await camera(world, home, "Garden")
    asked = details(garden)
    offer = (await dialog(world, home, authorization_details=asked)).offer
    assert offer is not None
    assert ([one.name for one in offer.resources], offer.everything) == (["Garden"], False)
    assert offer.chosen == frozenset({garden})

    answer = await chosen(world, home, Choice(NONE, frozenset({garden})), authorization_details=asked)
    granted = json.loads(asked)
    assert told(answer) == granted
    assert answer.scope == "liveview read"
    assert await seen(world, home, answer.access_token) == {"Garden": frozenset({"read", "liveview"})}

    again = sure(await world.refresh(home, answer.refresh_token), TokenAnswer)
    assert told(again) == granted
    assert set(await seen(world, home, again.access_token)) == {"Garden"}
    narrower = sure(await world.refresh(home, answer.refresh_token, scope="read"), TokenAnswer)
    assert await seen(world, home, narrower.access_token) == {"Garden": READ}

    api = await world.register(home, name="API", redirect_uris=(), resource_server=True)
    for token in (answer.access_token, answer.refresh_token or ""):
        state = await world.introspect(api, token)
        assert isinstance(state, dict)
        assert json.loads(json.dumps(state["authorization_details"])) == granted
    rows = dump(store_url)
    stored = json.dumps(granted, separators=(",", ":"))
    assert {row["authorization_details"] for table in ("consents", "grants") for row in rows[table]} == {stored}


@pytest.mark.rfc("9396", "3", "a client that only knows scopes finds everything as it was")
async def test_without_details_nothing_is_limited_and_nothing_is_told(
    world: World, home: House, store_url: str
) -> None:
    for choice in (None, Choice(NONE, None)):
        assert "authorization_details" not in (await chosen(world, home, choice)).as_json()
    answer = await chosen(world, home, Choice(NONE, None))
    await camera(world, home, "Added later")
    assert set(await seen(world, home, answer.access_token)) == {"Front door", "Added later"}
    api = await world.register(home, name="API", redirect_uris=(), resource_server=True)
    state = await world.introspect(api, answer.access_token)
    assert isinstance(state, dict)
    assert "authorization_details" not in state
    assert {row["authorization_details"] for row in dump(store_url)["grants"]} == {None}


async def test_rights_can_differ_from_camera_to_camera(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    asked = json.dumps(
        [
            {"type": "camera_access", "actions": ["read"]},
            {"type": "camera_access", "actions": ["liveview"], "cameras": [public_id(garden)]},
        ]
    )
    answer = await chosen(world, home, Choice(NONE, None), authorization_details=asked, scope=None)
    assert answer.scope == "liveview read"
    both = {"Garden": frozenset({"read", "liveview"}), "Front door": READ}
    assert await seen(world, home, answer.access_token) == both
    await camera(world, home, "Added later")
    assert await seen(world, home, answer.access_token) == both | {"Added later": READ}
    fewer = Choice(NONE, frozenset({home.resource_id}))
    answer = await chosen(world, home, fewer, authorization_details=asked, prompt="consent")
    assert await seen(world, home, answer.access_token) == {"Front door": READ}


async def test_a_token_request_may_repeat_the_limits_and_not_change_them(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    choice = Choice(NONE, frozenset({garden}))
    code = answer_of(await choose(world, home, choice))["code"]
    for other in (details(), details(home.resource_id), "[]", "x"):
        refused = await world.exchange(home, code, authorization_details=other)
        assert sure(refused, OAuthError).code == "invalid_authorization_details"
    answer = sure(await world.exchange(home, code, authorization_details=details(garden)), TokenAnswer)
    wider = await world.refresh(home, answer.refresh_token, authorization_details=details())
    assert sure(wider, OAuthError).code == "invalid_authorization_details"
    same = await world.refresh(home, answer.refresh_token, authorization_details=details(garden))
    assert told(sure(same, TokenAnswer)) == told(answer)
    machine = await world.machine(home)
    assert sure(await world.as_itself(machine, authorization_details=details()), OAuthError).code == (
        "invalid_authorization_details"
    )


async def test_a_public_application_keeps_its_limits_through_rotation(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    app = await world.register(
        home, name="Public", confidential=False, grant_types=frozenset({"authorization_code", "refresh_token"})
    )
    verifier = "v" * 43
    pkce = {"code_challenge": s256(verifier), "code_challenge_method": "S256"}
    step = await choose(world, app, Choice(NONE, frozenset({garden})), None, **pkce)
    code = answer_of(step)["code"]
    answer = sure(await world.exchange(app, code, client_secret=None, code_verifier=verifier), TokenAnswer)
    for _ in range(2):
        assert set(await seen(world, app, answer.access_token)) == {"Garden"}
        answer = sure(await world.refresh(app, answer.refresh_token, client_secret=None), TokenAnswer)
        assert told(answer) == json.loads(details(garden))


# What the person picks.


async def test_fewer_cameras_than_were_asked_for(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    answer = await chosen(world, home, Choice(NONE, frozenset({garden})))
    assert told(answer) == json.loads(details(garden))
    assert set(await seen(world, home, answer.access_token)) == {"Garden"}
    await camera(world, home, "Added later")
    assert set(await seen(world, home, answer.access_token)) == {"Garden"}


async def test_a_guest_picks_among_their_own_cameras_and_a_right_that_is_taken_is_gone(
    world: World, home: House
) -> None:
    garden = await camera(world, home, "Garden")
    offer = (await dialog(world, home, home.guest)).offer
    assert offer is not None
    assert [one.name for one in offer.resources] == ["Front door"]
    step = await choose(world, home, Choice(NONE, frozenset({garden})), home.guest)
    assert sure(step, Ask).faults == {"cameras": NOT_OFFERED}
    answer = await chosen(world, home, Choice(NONE, frozenset({home.resource_id})), home.guest)
    assert await seen(world, home, answer.access_token) == {"Front door": GUESTS_RIGHTS}
    await world.stores.resources.grant(home.provider.id, home.resource_id, home.guest.id, READ)
    assert await seen(world, home, answer.access_token) == {"Front door": READ}
    await world.stores.resources.grant(home.provider.id, garden, home.guest.id, READ)
    assert set(await seen(world, home, answer.access_token)) == {"Front door"}


async def test_a_camera_on_which_nothing_that_is_asked_for_can_be_done_is_not_offered(
    world: World, home: House
) -> None:
    garden = await camera(world, home, "Garden")
    await world.stores.resources.grant(home.provider.id, garden, home.guest.id, frozenset({"events"}))
    for scope, names in (("read", ["Front door"]), ("events", ["Garden"]), ("write", [])):
        offer = (await dialog(world, home, home.guest, scope=scope)).offer
        assert offer is not None
        assert [one.name for one in offer.resources] == names


@pytest.mark.rfc("9396", "12", "what is asked for is no proof: an id that the user can't see is as none at all")
async def test_ids_that_are_not_the_users_are_as_ids_of_nothing(world: World, home: House, away: House) -> None:
    next_door = Account(world.mint.id(), home.provider.id, "Next Door")
    await world.stores.people.create_account(next_door, now=START)
    foreign = await camera(world, home, "Not yours", next_door)
    hidden = await camera(world, home, "Not the guest's")
    dialogs = []
    for strange in (foreign, hidden, away.resource_id, world.mint.id(), 0):
        alone = await dialog(world, home, home.guest, authorization_details=details(strange))
        beside = await dialog(world, home, home.guest, authorization_details=details(strange, home.resource_id))
        assert alone.offer is not None
        assert beside.offer is not None
        assert (alone.offer.resources, alone.offer.chosen, alone.offer.everything) == ((), frozenset(), False)
        assert [one.name for one in beside.offer.resources] == ["Front door"]
        steps = [
            await choose(world, home, choice, home.guest, authorization_details=details(strange))
            for choice in (None, Choice(NONE, None), Choice(NONE, frozenset({strange})))
        ]
        dialogs.append([dict(sure(step, Ask).faults) for step in steps])
        both = Choice(NONE, frozenset({strange, home.resource_id}))
        asked = details(strange, home.resource_id)
        step = await choose(world, home, both, home.guest, authorization_details=asked)
        assert sure(step, Ask).faults == {"cameras": NOT_OFFERED}
        mine = Choice(NONE, frozenset({home.resource_id}))
        answer = await chosen(world, home, mine, home.guest, authorization_details=asked)
        assert told(answer) == json.loads(details(home.resource_id))
    assert dialogs == [[{"cameras": NO_RESOURCE}, {"cameras": NO_RESOURCE}, {"cameras": NOT_OFFERED}]] * len(dialogs)


async def test_nothing_is_chosen_that_was_not_offered(world: World, home: House, store_url: str) -> None:
    garden = await camera(world, home, "Garden")
    app = await world.register(home, optional_scope=frozenset({"liveview", "events"}))
    here = frozenset({home.resource_id})
    attempts: list[tuple[Choice | None, dict[str, str], dict[str, str]]] = [
        (Choice(NONE, frozenset()), {}, {"cameras": NO_RESOURCE}),
        (Choice(NONE, frozenset({-1})), {}, {"cameras": NOT_OFFERED}),
        (Choice(NONE, here | {0}), {}, {"cameras": NOT_OFFERED}),
        (Choice(frozenset({"write"}), None), {}, {"scope": NOT_OFFERED}),
        (Choice(frozenset({"read"}), None), {}, {"scope": NOT_OFFERED}),  # it is required, and no choice
        (Choice(frozenset({"events"}), None), {}, {"scope": NOT_OFFERED}),  # it is optional, and not asked for
        (Choice(NONE, None), {"scope": "liveview"}, {"scope": NO_RIGHT}),
        (Choice(NONE, None), {"authorization_details": details(garden)}, {"cameras": NO_RESOURCE}),
        (None, {"authorization_details": details(garden)}, {"cameras": NO_RESOURCE}),
        (Choice(NONE, here), {"authorization_details": details(garden)}, {"cameras": NOT_OFFERED}),
        (Choice(frozenset({"write"}), frozenset()), {}, {"scope": NOT_OFFERED, "cameras": NO_RESOURCE}),
    ]
    for choice, request, faults in attempts:
        step = sure(await choose(world, app, choice, None, **request), Ask)
        assert (step.step, dict(step.faults)) == (Step.CONSENT, faults), choice
    rows = dump(store_url)
    assert [rows[table] for table in ("consents", "grants", "codes")] == [[]] * 3


async def test_a_right_that_is_left_out_may_leave_nothing_of_a_camera(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    app = await world.register(home, optional_scope=frozenset({"liveview"}))
    asked = json.dumps(
        [
            {"type": "camera_access", "actions": ["read"], "cameras": [public_id(home.resource_id)]},
            {"type": "camera_access", "actions": ["liveview"], "cameras": [public_id(garden)]},
        ]
    )
    step = await choose(world, app, Choice(NONE, frozenset({garden})), authorization_details=asked)
    assert "not asked for" in sure(step, Ask).faults["cameras"]
    answer = await chosen(world, app, Choice(NONE, frozenset({garden, home.resource_id})), authorization_details=asked)
    assert told(answer) == json.loads(details(home.resource_id, actions=["read"]))


# Optional rights.


@pytest.mark.rfc("6749", "3.3", "the user may give less than was asked for, and the client is told what it got")
@pytest.mark.rfc("6749", "5.1", "the scope of the token is told where it differs from the one asked for")
async def test_an_optional_right_can_be_left_out(world: World, home: House) -> None:
    app = await world.register(home, optional_scope=frozenset({"liveview", "events"}))
    offer = (await dialog(world, app, scope="read liveview write")).offer
    assert offer is not None
    assert offer.optional == {"liveview"}
    assert offer.required == {"read", "write"}
    assert offer.declined == NONE
    answer = await chosen(world, app, Choice(NONE, None), scope="read liveview write")
    assert answer.scope == "read write"
    assert (await seen(world, home, answer.access_token))["Front door"] == {"read", "write"}
    everything = await world.refresh(app, answer.refresh_token, scope="read liveview write")
    assert sure(everything, OAuthError).code == "invalid_scope"


async def test_a_right_that_was_left_out_is_not_asked_for_again_nor_given(world: World, home: House) -> None:
    app = await world.register(home, optional_scope=frozenset({"liveview", "events"}))
    await chosen(world, app, Choice(NONE, None))
    code = (await silently(world, app))["code"]
    assert sure(await world.exchange(app, code), TokenAnswer).scope == "read"
    # one that was never asked for is a new question, in which the old answer is filled in
    assert (await silently(world, app, scope="read liveview events"))["error"] == "consent_required"
    offer = (await dialog(world, app, scope="read liveview events")).offer
    assert offer is not None
    assert offer.declined == {"liveview"}
    # and if it may no longer be left out, that is a new question as well
    one = app.application
    form = ApplicationForm(one.name, one.description, one.redirect_uris)
    await world.applications.edit(home.owner, one.id, form)
    assert (await silently(world, app))["error"] == "consent_required"


async def test_the_newest_answer_counts(world: World, home: House) -> None:
    app = await world.register(home, optional_scope=frozenset({"liveview"}))
    await chosen(world, app, Choice(frozenset({"liveview"}), None))
    assert "code" in await silently(world, app)
    await chosen(world, app, Choice(NONE, None), prompt="consent")
    answer = sure(await world.exchange(app, (await silently(world, app))["code"]), TokenAnswer)
    assert answer.scope == "read"
    (shown,) = await world.authorized.mine(home.owner)
    assert shown.scope == {"read", "liveview"}  # the first grant still holds


# What is remembered.


async def test_a_consent_for_fewer_cameras_never_answers_for_more(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    await chosen(world, home, Choice(NONE, frozenset({garden})))
    assert (await silently(world, home))["error"] == "consent_required"
    offer = (await dialog(world, home)).offer
    assert offer is not None
    assert offer.everything
    assert offer.chosen == frozenset({garden})  # what was chosen the last time is chosen again
    for asked in (details(home.resource_id), details(garden, home.resource_id), details()):
        assert (await silently(world, home, authorization_details=asked))["error"] == "consent_required"
    assert (await silently(world, home, scope="read events", authorization_details=details(garden)))["error"]
    for scope in ("read liveview", "read"):
        code = (await silently(world, home, scope=scope, authorization_details=details(garden)))["code"]
        answer = sure(await world.exchange(home, code), TokenAnswer)
        assert (answer.scope, told(answer)) == (" ".join(sorted(scope.split())), json.loads(details(garden)))
    assert (await silently(world, home, home.guest, authorization_details=details(garden)))["error"]


async def test_without_asking_an_application_does_not_learn_which_cameras_its_user_has(
    world: World, home: House, away: House
) -> None:
    """With a consent for one camera it asks for that one beside another: whatever the other is, it hears the same."""
    garden = await camera(world, home, "Garden")
    await chosen(world, home, Choice(NONE, frozenset({garden})))
    for other in (home.resource_id, away.resource_id, world.mint.id()):
        answer = await silently(world, home, authorization_details=details(garden, other))
        assert answer["error"] == "consent_required"


async def test_a_consent_for_all_answers_for_some_but_only_for_those_that_the_user_sees(
    world: World, home: House, away: House
) -> None:
    hidden = await camera(world, home, "Hidden")
    await chosen(world, home, Choice(NONE, None), home.guest)
    for strange in (hidden, away.resource_id, world.mint.id()):
        asked = details(strange, home.resource_id)
        code = (await silently(world, home, home.guest, authorization_details=asked))["code"]
        assert told(sure(await world.exchange(home, code), TokenAnswer)) == json.loads(details(home.resource_id))
        alone = await silently(world, home, home.guest, authorization_details=details(strange))
        assert alone["error"] == "consent_required"


async def test_consents_for_different_cameras_add_up_and_those_for_rights_do_not_mix(world: World, home: House) -> None:
    garden, front = await camera(world, home, "Garden"), home.resource_id
    await chosen(world, home, Choice(NONE, frozenset({garden})), authorization_details=details(garden), scope="read")
    await chosen(
        world, home, Choice(NONE, frozenset({front})), authorization_details=details(front), scope="read events"
    )
    both = details(garden, front)
    assert "code" in await silently(world, home, scope="read", authorization_details=both)
    assert "code" in await silently(world, home, scope="read events", authorization_details=details(front))
    mixed = await silently(world, home, scope="read events", authorization_details=both)
    assert mixed["error"] == "consent_required"


# User tokens.


async def test_a_user_token_is_limited_to_the_cameras_that_were_picked(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    make = world.user_tokens.create
    scope = frozenset({"read", "liveview"})
    made = sure(await make(home.owner, "One", scope, None, resources=frozenset({garden})), MadeToken)
    everything = sure(await make(home.owner, "All", scope, None), MadeToken)
    await camera(world, home, "Added later")
    assert set(await seen(world, home, made.text)) == {"Garden"}
    assert set(await seen(world, home, everything.text)) == {"Garden", "Front door", "Added later"}
    caller = sure(await world.call(home, made.text), Caller)
    assert caller.limit == (Allowance(None, frozenset({garden})),)
    await noted(world.stores)
    listed = {one.name: one for one in await world.user_tokens.mine(home.owner)}
    assert listed["One"] == replace(made.token, last_used_at=START)
    assert listed["One"] == await world.user_tokens.find(home.owner, made.token.id)
    assert listed["All"].details is None
    assert await world.user_tokens.find(home.guest, made.token.id) == NotFound()
    api = await world.register(home, name="API", redirect_uris=(), resource_server=True)
    state = await world.introspect(api, made.text)
    assert isinstance(state, dict)
    assert json.loads(json.dumps(state["authorization_details"])) == json.loads(details(garden))


async def test_a_user_token_is_for_no_camera_that_its_user_can_not_use(
    world: World, home: House, away: House, store_url: str
) -> None:
    hidden = await camera(world, home, "Hidden")
    nothing = await camera(world, home, "Nothing on it")
    await world.stores.resources.grant(home.provider.id, nothing, home.guest.id, NONE)
    for strange in (hidden, nothing, away.resource_id, world.mint.id(), 0, -1):
        made = await world.user_tokens.create(
            home.guest, "Guest's", READ, None, resources=frozenset({home.resource_id, strange})
        )
        assert made == Faults({"cameras": NOT_OFFERED})
    made = await world.user_tokens.create(home.guest, "Guest's", READ, None, resources=frozenset())
    assert made == Faults({"cameras": NO_RESOURCE})
    assert dump(store_url)["user_tokens"] == []


async def test_a_limit_that_can_not_be_read_allows_nothing(world: World, home: House, store_url: str) -> None:
    made = sure(await world.user_tokens.create(home.owner, "One", READ, None), MadeToken)

    def spoil(connection: Connection) -> None:
        connection.execute(update(user_tokens).values(authorization_details='[{"type": "of tomorrow"}]'))

    outside(store_url, spoil)
    assert sure(await world.call(home, made.text), Caller).limit == ()
    assert await seen(world, home, made.text) == {}


# Explanations.


async def test_each_right_that_is_missing_has_its_reasons(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    await world.stores.resources.grant(home.provider.id, garden, home.guest.id, frozenset({"read", "events"}))
    nothing = await camera(world, home, "Nothing on it")
    await world.stores.resources.grant(home.provider.id, nothing, home.guest.id, NONE)
    made = sure(
        await world.user_tokens.create(
            home.guest, "One", frozenset({"read", "events"}), None, resources=frozenset({garden})
        ),
        MadeToken,
    )
    front, flowers = await world.explain.user_token(home.guest, made.token)
    assert (front.holding.name, flowers.holding.name) == ("Front door", "Garden")
    assert front.rights == NONE
    assert flowers.rights == {"read", "events"}
    assert front.taken["read"] == {Taker.LIMIT}
    assert front.taken["liveview"] == {Taker.SCOPE, Taker.LIMIT}
    assert front.taken["events"] == {Taker.LIMIT, Taker.USER}
    assert flowers.taken["liveview"] == {Taker.SCOPE, Taker.USER}
    assert "read" not in flowers.taken

    mine = {one.holding.name: one for one in await world.explain.user(home.guest)}
    assert mine["Front door"].rights == GUESTS_RIGHTS
    assert mine["Front door"].taken["events"] == {Taker.USER}
    assert set(mine) == {"Front door", "Garden"}


async def test_an_application_is_explained_by_all_that_it_was_given(world: World, home: House) -> None:
    garden, front = await camera(world, home, "Garden"), home.resource_id
    await chosen(world, home, Choice(NONE, frozenset({garden})), scope="read liveview")
    await chosen(world, home, Choice(NONE, frozenset({front})), authorization_details=details(front), scope="read")
    (application,) = await world.authorized.mine(home.owner)
    explained = {one.holding.name: one for one in await world.explain.application(home.owner, application)}
    assert explained["Garden"].rights == {"read", "liveview"}
    assert explained["Front door"].rights == READ
    assert explained["Front door"].taken["liveview"] == {Taker.LIMIT}
    assert explained["Front door"].taken["events"] == {Taker.SCOPE, Taker.LIMIT}


async def test_a_call_learns_nothing_of_cameras_that_it_can_not_read(world: World, home: House) -> None:
    garden = await camera(world, home, "Garden")
    answer = await chosen(world, home, Choice(NONE, frozenset({garden})))
    caller = sure(await world.call(home, answer.access_token), Caller)
    (only,) = await world.explain.caller(caller)
    assert only.holding.name == "Garden"
    assert only.rights == {"read", "liveview"}
    assert only.taken["events"] == {Taker.SCOPE}
    machine = await world.machine(home, "read")
    itself = sure(await world.call(machine, sure(await world.as_itself(machine), TokenAnswer).access_token), Caller)
    assert {one.holding.name for one in await world.explain.caller(itself)} == {"Front door", "Garden"}


async def test_membership_that_is_full_in_one_account_and_partial_in_another(world: World, home: House) -> None:
    """Somebody may be an owner here and a guest there; what they pick from is the two together."""
    next_door = Account(world.mint.id(), home.provider.id, "Next Door")
    await world.stores.people.create_account(next_door, now=START)
    theirs = await camera(world, home, "Theirs", next_door)
    neighbour = User(world.mint.id(), home.provider.id, "neighbour@example.com", "Neighbour")
    await world.stores.people.create_user(neighbour, "hash", next_door.id, Role.OWNER, Access.FULL, now=START)
    offer = (await dialog(world, home, neighbour)).offer
    assert offer is not None
    assert [one.resource_id for one in offer.resources] == [theirs]
    answer = await chosen(world, home, Choice(NONE, frozenset({theirs})), neighbour)
    assert set(await seen(world, home, answer.access_token)) == {"Theirs"}
    presented = sure(parse(answer.access_token, Kind.ACCESS_TOKEN), Presented)
    row = await world.stores.tokens.find_bearer(home.provider.id, presented)
    assert row is not None
    assert row.details == details(theirs).replace(" ", "")
