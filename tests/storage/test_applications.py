"""ports.ApplicationStore."""

from dataclasses import replace

import pytest

from gatelodge.identity.people import Account
from gatelodge.protocol.client import FOR_USERS, Client
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.service.ports import AlreadyExists
from gatelodge.service.records import Application, ApplicationForm
from tests.support.stores import Stores, dump
from tests.support.world import CALLBACK, LOOPBACK, START, House, World, sure

NOW = START + 10
FORM = ApplicationForm(
    "Doorbell", "Rings.\nTwice.", ("com.example.door:/b", "https://door.example.com/a"), grant_types=FOR_USERS
)


async def make(world: World, house: House, form: ApplicationForm = FORM) -> tuple[int, Presented | None]:
    """Store an application; its id and its secret."""
    application_id = world.mint.id()
    secret = world.mint.secret(Kind.CLIENT_SECRET).presented if form.confidential else None
    await world.stores.applications.create(
        house.provider.id, application_id, house.account.id, house.owner.id, form, secret, None, now=NOW
    )
    return application_id, secret


@pytest.mark.parametrize("confidential", [True, False])
async def test_an_application_comes_back_as_it_was_made(
    confidential: bool, stores: Stores, world: World, home: House
) -> None:
    application_id, _ = await make(world, home, replace(FORM, confidential=confidential))
    assert await stores.applications.find(home.provider.id, application_id) == Application(
        id=application_id,
        provider_id=home.provider.id,
        account_id=home.account.id,
        account_name=home.account.name,
        name=FORM.name,
        description=FORM.description,
        redirect_uris=FORM.redirect_uris,
        confidential=confidential,
        grant_types=FOR_USERS,
        own_scope=frozenset(),
        resource_server=False,
        created_at=NOW,
        created_by=home.owner.name,
        secret_created_at=NOW if confidential else None,
        users=0,
        disabled=False,
    )
    assert await stores.applications.client(home.provider.id, application_id) == (
        Client(application_id, FORM.name, confidential, FORM.redirect_uris),
        home.account.name,
    )


async def test_the_number_of_users_is_that_of_the_consents(stores: Stores, world: World, home: House) -> None:
    for user in (home.owner, home.owner, home.guest):
        await world.tokens(home, user)
    found = await stores.applications.find(home.provider.id, home.application.id)
    assert found is not None
    assert found.users == 2


async def test_applications_are_listed_by_name_of_these_accounts_or_all(
    stores: Stores, world: World, home: House
) -> None:
    other = Account(world.mint.id(), home.provider.id, "Other")
    await stores.people.create_account(other, now=NOW)
    doorbell, _ = await make(world, home)
    p, store = home.provider.id, stores.applications
    others = world.mint.id()
    await store.create(p, others, other.id, home.owner.id, replace(FORM, name="Aa"), None, None, now=NOW)
    assert [a.id for a in await store.all(p)] == [others, doorbell, home.application.id]
    assert [a.id for a in await store.of_accounts(p, [home.account.id])] == [doorbell, home.application.id]
    assert [a.id for a in await store.of_accounts(p, [home.account.id, other.id])] == [
        others,
        doorbell,
        home.application.id,
    ]
    assert list(await store.of_accounts(p, [])) == []
    assert [a.redirect_uris for a in await store.all(p)] == [FORM.redirect_uris] * 2 + [(CALLBACK, LOOPBACK)]


async def test_an_update_replaces_name_description_and_redirect_uris_in_their_order(
    stores: Stores, home: House
) -> None:
    form = ApplicationForm("New name", "New text", (LOOPBACK, "https://new.example.com/", CALLBACK), confidential=False)
    await stores.applications.update(home.provider.id, home.application.id, form)
    assert await stores.applications.find(home.provider.id, home.application.id) == replace(
        home.application, name="New name", description="New text", redirect_uris=form.redirect_uris
    )


async def test_a_new_secret_is_the_only_one(stores: Stores, world: World, home: House, store_url: str) -> None:
    p, client_id = home.provider.id, home.application.id
    old = sure(parse(home.client_secret, Kind.CLIENT_SECRET), Presented)
    new = world.mint.secret(Kind.CLIENT_SECRET).presented
    await stores.applications.replace_secret(p, client_id, new, now=NOW)
    found = await stores.tokens.find_client(p, client_id, new.id)
    assert found is not None
    assert found.secret_digest == new.digest
    found = await stores.tokens.find_client(p, client_id, old.id)
    assert found is not None
    assert found.secret_digest is None
    assert [row["id"] for row in dump(store_url)["client_secrets"] if row["application_id"] == client_id] == [new.id]
    application = await stores.applications.find(p, client_id)
    assert application is not None
    assert application.secret_created_at == NOW


async def test_a_taken_id_is_refused_and_nothing_is_stored(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    before = dump(store_url)
    p, account, owner = home.provider.id, home.account.id, home.owner.id
    secret = sure(parse(home.client_secret, Kind.CLIENT_SECRET), Presented)
    with pytest.raises(AlreadyExists):
        await stores.applications.create(p, home.application.id, account, owner, FORM, None, None, now=NOW)
    with pytest.raises(AlreadyExists):  # the id of the secret
        await stores.applications.create(p, world.mint.id(), account, owner, FORM, secret, None, now=NOW)
    assert dump(store_url) == before


async def test_switched_off_and_on_again(stores: Stores, home: House, store_url: str) -> None:
    p, client_id, store = home.provider.id, home.application.id, stores.applications
    await store.set_disabled(p, client_id, disabled=True, now=NOW)
    await store.set_disabled(p, client_id, disabled=True, now=NOW + 5)
    assert await store.find(p, client_id) == replace(home.application, disabled=True)
    found = await store.client(p, client_id)
    assert found is not None
    assert found[0].disabled
    assert NOW in [row["disabled_at"] for row in dump(store_url)["applications"]]  # the first time is what counts
    await store.set_disabled(p, client_id, disabled=False, now=NOW + 6)
    assert await store.find(p, client_id) == home.application


async def test_deleting_one_leaves_nothing_of_it_but_codes_and_tokens_that_open_nothing_and_the_others_alone(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    await world.tokens(home)
    await world.session(home.guest)
    before = dump(store_url)
    application_id, _ = await make(world, home, replace(FORM, redirect_uris=(CALLBACK,)))
    secret = world.mint.secret(Kind.CLIENT_SECRET)
    await stores.applications.replace_secret(home.provider.id, application_id, secret.presented, now=NOW)
    doorbell = replace(home, application=replace(home.application, id=application_id), client_secret=secret.text)
    await world.tokens(doorbell, home.guest)  # a code, an access token, a refresh token, a consent, a grant
    await world.code(doorbell)
    await world.ask(doorbell)

    await stores.applications.delete(home.provider.id, application_id)

    after = dump(store_url)
    for table in before:
        if table in ("codes", "access_tokens", "refresh_tokens"):  # they open nothing: test_tokens.py
            assert len(after[table]) > len(before[table]), table
        elif table != "sessions":
            assert after[table] == before[table], table
