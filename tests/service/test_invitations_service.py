"""Invitations: by mail or by a link to copy, used once, on both databases."""

import asyncio
from dataclasses import replace

import pytest

from gatelodge.identity.membership import Change
from gatelodge.identity.people import Access, Account, Membership, Role, User
from gatelodge.mail import SmtpPostman, read_server
from gatelodge.protocol.credentials import Kind
from gatelodge.service import invitations as module
from gatelodge.service.invitations import Invited, SomebodyElse
from gatelodge.service.keys import KeyRing
from gatelodge.service.records import Invitation, NewInvitation
from gatelodge.service.refusals import Faults, NotFound
from gatelodge.service.throttle import Limit
from tests.support.mailbox import mail_server
from tests.support.stores import Stores, dump
from tests.support.world import INVITATION_LIFETIME, PASSWORD, START, House, World, sure

READ = frozenset({"read", "events"})
NEW = "ivy@example.com"


async def invite(world: World, house: House, email: str = NEW, access: Access = Access.PARTIAL) -> str:
    """The secret in the link of an invitation with READ on the house's resource."""
    rights = {house.resource_id: READ}
    made = await world.invitations.invite(house.provider, house.owner, house.account, email, access, rights)
    return sure(made, Invited).link.removeprefix(f"{house.provider.origin}/invitations/")


async def second_account(world: World, house: House) -> tuple[Account, User]:
    """Another account of the provider, and its owner."""
    account = Account(world.mint.id(), house.provider.id, "Second")
    await world.stores.people.create_account(account, now=START)
    owner = User(world.mint.id(), house.provider.id, "second@example.com", "Second")
    await world.stores.people.create_user(owner, "hash", account.id, Role.OWNER, Access.FULL, now=START)
    return account, owner


async def test_somebody_new_comes_in_with_what_was_chosen(world: World, home: House) -> None:
    link = await invite(world, home, " Ivy@Example.com ")
    found = await world.invitations.look(home.provider, link)
    assert (sure(found, Invitation).email, sure(found, Invitation).invited_by) == (NEW, home.owner.name)
    user, account = sure(await world.invitations.accept_as_new(home.provider, link, " Ivy ", PASSWORD), tuple)
    assert (user.email, user.name, account) == (NEW, "Ivy", home.account)
    assert await world.stores.people.memberships(home.provider.id, user.id) == [
        Membership(home.account, Role.GUEST, Access.PARTIAL)
    ]
    (held,) = await world.stores.holdings.of_user(home.provider.id, user.id)
    assert (held.resource_id, held.granted) == (home.resource_id, READ)
    assert await world.invitations.of(home.account) == []


async def test_somebody_who_is_here_becomes_a_guest_of_one_more_account_and_stays_what_they_are(
    world: World, home: House
) -> None:
    account, owner = await second_account(world, home)
    made = await world.invitations.invite(home.provider, owner, account, home.owner.email, Access.FULL, {})
    link = sure(made, Invited).link.rpartition("/")[2]
    assert await world.invitations.accept(home.provider, link, home.owner) == account
    assert await world.stores.people.memberships(home.provider.id, home.owner.id) == [
        Membership(home.account, Role.OWNER, Access.FULL),
        Membership(account, Role.GUEST, Access.FULL),
    ]


async def test_a_link_is_for_its_address_its_provider_and_one_use(world: World, home: House, away: House) -> None:
    _, owner = await second_account(world, home)
    link = await invite(world, home, owner.email)
    before = await world.invitations.look(home.provider, link)
    assert await world.invitations.accept(home.provider, link, home.guest) == SomebodyElse()
    assert await world.invitations.look(away.provider, link) == NotFound()
    assert await world.invitations.accept(away.provider, link, replace(owner, provider_id=away.provider.id)) == (
        NotFound()
    )
    assert await world.invitations.accept_as_new(away.provider, link, "Eve", PASSWORD) == NotFound()
    assert await world.invitations.look(home.provider, link) == before
    assert await world.invitations.accept(home.provider, link, owner) == home.account
    for again in (
        await world.invitations.accept(home.provider, link, owner),
        await world.invitations.accept_as_new(home.provider, link, "Eve", PASSWORD),
        await world.invitations.look(home.provider, link),
    ):
        assert again == NotFound()


async def test_a_tampered_or_foreign_secret_is_none(world: World, home: House) -> None:
    link = await invite(world, home)
    other = world.mint.secret(Kind.INVITATION, int.from_bytes(b"\0" * 8)).text
    session = world.mint.secret(Kind.SESSION).text
    row = (await world.invitations.of(home.account))[0].id
    same_row = world.mint.secret(Kind.INVITATION, row).text  # right number, well formed, another secret
    for wrong in ("", link[:-1], link[:-7] + "0" + link[-6:], other, session, same_row, link.upper(), link + "x"):
        assert await world.invitations.look(home.provider, wrong) == NotFound()
        assert await world.invitations.accept_as_new(home.provider, wrong, "Eve", PASSWORD) == NotFound()
    assert not isinstance(await world.invitations.look(home.provider, link), NotFound)


async def test_an_expired_link_is_worth_nothing(world: World, home: House) -> None:
    link = await invite(world, home)
    world.now += INVITATION_LIFETIME
    assert await world.invitations.look(home.provider, link) == NotFound()
    assert await world.invitations.accept_as_new(home.provider, link, "Ivy", PASSWORD) == NotFound()


async def test_a_withdrawn_link_is_worth_nothing_and_only_full_access_withdraws(
    world: World, home: House, away: House
) -> None:
    link = await invite(world, home)
    (row,) = await world.invitations.of(home.account)
    for actor, account in ((home.guest, home.account), (away.owner, home.account), (away.owner, away.account)):
        assert not await world.invitations.withdraw(actor, account, row.id)
    assert await world.invitations.withdraw(home.owner, home.account, row.id)
    assert await world.invitations.accept_as_new(home.provider, link, "Ivy", PASSWORD) == NotFound()


async def test_inviting_again_replaces_the_link_and_keeps_one_invitation(world: World, home: House) -> None:
    first = await invite(world, home)
    (row,) = await world.invitations.of(home.account)
    again = await world.invitations.again(home.provider, home.owner, home.account, row.id)
    second = sure(again, Invited).link.rpartition("/")[2]
    (now,) = await world.invitations.of(home.account)
    assert (now.email, now.access, now.rights) == (row.email, row.access, row.rights)
    assert await world.invitations.look(home.provider, first) == NotFound()
    assert not isinstance(await world.invitations.look(home.provider, second), NotFound)


async def test_only_full_access_at_that_moment_invites(world: World, home: House, away: House, store_url: str) -> None:
    before = dump(store_url)
    for actor in (home.guest, away.owner):
        said = await world.invitations.invite(home.provider, actor, home.account, NEW, Access.FULL, {})
        assert said == NotFound()
    assert dump(store_url) == before


async def test_an_invitation_dies_with_the_say_of_whoever_sent_it(world: World, home: House) -> None:
    _, owner = await second_account(world, home)
    p = home.provider.id
    await world.stores.members.add(p, home.account.id, owner.id, Role.OWNER, Access.FULL, now=START)
    for change in (Change.DISABLE, Change.REMOVE):
        made = await world.invitations.invite(home.provider, owner, home.account, NEW, Access.FULL, {})
        link = sure(made, Invited).link.rpartition("/")[2]
        assert await world.members.change(home.owner, home.account, owner.id, change) is None
        assert await world.invitations.look(home.provider, link) == NotFound()
        assert await world.invitations.accept_as_new(home.provider, link, "Back", PASSWORD) == NotFound()
        assert await world.invitations.of(home.account) == []
        if change is Change.DISABLE:
            await world.members.change(home.owner, home.account, owner.id, Change.ENABLE)
    # Disabled altogether by the operator: the row is there, and worth nothing.
    link = await invite(world, home)
    await world.stores.people.set_disabled(p, home.owner.id, disabled=True, now=START)
    assert await world.invitations.accept_as_new(home.provider, link, "Back", PASSWORD) == NotFound()


async def test_who_has_a_user_is_not_told_to_whoever_invites(world: World, home: House) -> None:
    account, owner = await second_account(world, home)
    shapes = []
    for email in (home.owner.email, NEW):
        made = await world.invitations.invite(home.provider, owner, account, email, Access.FULL, {})
        link = sure(made, Invited)
        found = sure(await world.invitations.look(home.provider, link.link.rpartition("/")[2]), Invitation)
        shapes.append((link.mailed, link.mail_failed, replace(found, id=0, email="")))
    assert shapes[0] == shapes[1]


async def test_setting_up_anew_touches_no_password_that_is_there(world: World, home: House, store_url: str) -> None:
    account, owner = await second_account(world, home)
    made = await world.invitations.invite(home.provider, owner, account, home.owner.email, Access.FULL, {})
    link = sure(made, Invited).link.rpartition("/")[2]
    before = dump(store_url)
    said = await world.invitations.accept_as_new(home.provider, link, "Mallory", PASSWORD)
    assert "" in sure(said, Faults).fields
    assert dump(store_url) == before  # the invitation is there still, for whoever signs in


async def test_members_bad_addresses_and_foreign_cameras_are_refused(world: World, home: House, away: House) -> None:
    async def faults(email: str, access: Access, rights: dict[int, frozenset[str]]) -> set[str]:
        said = await world.invitations.invite(home.provider, home.owner, home.account, email, access, rights)
        return set(sure(said, Faults).fields)

    assert await faults(home.guest.email, Access.FULL, {}) == {"email"}
    for address in ("", "ivy", "ivy@example.com\nBcc: x@example.com", "a@b, c@d", "<i@e>"):
        assert await faults(address, Access.FULL, {}) == {"email"}
    assert await faults(NEW, Access.PARTIAL, {}) == {"rights"}
    assert await faults(NEW, Access.PARTIAL, {away.resource_id: READ}) == {"rights"}
    assert await faults(NEW, Access.PARTIAL, {home.resource_id: frozenset({"root"})}) == {"rights"}


@pytest.mark.parametrize("password", ["short", "x" * 300])
async def test_a_bad_name_or_password_leaves_the_invitation_open(password: str, world: World, home: House) -> None:
    link = await invite(world, home)
    for name, secret in (("", PASSWORD), ("A\nB", PASSWORD), ("Ivy", password)):
        assert isinstance(await world.invitations.accept_as_new(home.provider, link, name, secret), Faults)
    assert not isinstance(await world.invitations.look(home.provider, link), NotFound)


async def test_of_many_who_use_a_link_at_the_same_moment_one_comes_in(
    world: World, home: House, store_url: str
) -> None:
    _, owner = await second_account(world, home)
    for kind in ("new", "known"):
        link = await invite(world, home, NEW if kind == "new" else owner.email)
        if kind == "new":
            said = await asyncio.gather(
                *(world.invitations.accept_as_new(home.provider, link, f"Ivy {n}", PASSWORD) for n in range(4))
            )
            assert sorted(isinstance(one, tuple) for one in said) == [False, False, False, True]
        else:
            known = await asyncio.gather(*(world.invitations.accept(home.provider, link, owner) for _ in range(4)))
            assert sorted(isinstance(one, Account) for one in known) == [False, False, False, True]
    assert [row["email"] for row in dump(store_url)["users"]].count(NEW) == 1


async def test_accepting_and_withdrawing_at_the_same_moment_is_one_of_the_two(world: World, home: House) -> None:
    _, owner = await second_account(world, home)
    link = await invite(world, home, owner.email)
    (row,) = await world.invitations.of(home.account)
    accepted, withdrawn = await asyncio.gather(
        world.invitations.accept(home.provider, link, owner),
        world.invitations.withdraw(home.owner, home.account, row.id),
    )
    assert isinstance(accepted, Account) is not withdrawn
    there = home.account in {one.account for one in await world.stores.people.memberships(home.provider.id, owner.id)}
    assert there is not withdrawn


async def test_a_camera_that_has_gone_meanwhile_is_left_out(world: World, home: House, stores: Stores) -> None:
    link = await invite(world, home)
    rights = {home.resource_id: READ, world.mint.id(): READ}
    (row,) = await world.invitations.of(home.account)
    assert row.rights.keys() < rights.keys()
    account, _ = await second_account(world, home)
    theirs = world.mint.id()
    await stores.resources.add(home.provider.id, theirs, account.id, "Barn")
    new = world.mint.secret(Kind.INVITATION)
    record = NewInvitation(
        new.presented.id, new.presented.digest, NEW, Access.PARTIAL, {**rights, theirs: READ}, START, START + 60
    )
    await stores.invitations.create(home.provider.id, home.account.id, home.owner.id, record, most=9)
    user, _ = sure(await world.invitations.accept_as_new(home.provider, new.text, "Ivy", PASSWORD), tuple)
    assert [one.resource_id for one in await stores.holdings.of_user(home.provider.id, user.id)] == [home.resource_id]
    assert await world.invitations.look(home.provider, link) == NotFound()


async def test_there_is_an_end_to_invitations(world: World, home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    monkeypatch.setattr(module, "PER_ACCOUNT", Limit("invitations", 4, 3600))
    await invite(world, home, "a@example.com")
    await invite(world, home, "b@example.com")
    said = await world.invitations.invite(home.provider, home.owner, home.account, NEW, Access.FULL, {})
    assert "" in sure(said, Faults).fields
    await invite(world, home, "b@example.com")  # in the place of the one before
    said = await world.invitations.invite(home.provider, home.owner, home.account, "b@example.com", Access.FULL, {})
    assert "Try again" in sure(said, Faults).fields[""]


async def test_by_mail_the_link_goes_to_whom_it_is_for(stores: Stores, keys: KeyRing, home: House) -> None:
    with mail_server() as box:
        world = World(stores, keys, postman=SmtpPostman(read_server(box.url), "cloud@example.com"))
        rights = {home.resource_id: READ}
        made = sure(
            await world.invitations.invite(home.provider, home.owner, home.account, NEW, Access.PARTIAL, rights),
            Invited,
        )
        assert (made.mailed, made.mail_failed) == (True, False)
        (message,) = box.to(NEW)
        text = message.get_content()
        assert made.link in text.split()
        assert message["From"] == f"{home.provider.name} <cloud@example.com>"
        assert home.owner.name in message["Subject"]
        assert home.account.name in text
        assert made.link not in repr(made)
        box.answers.append("550 no")
        failed = sure(
            await world.invitations.invite(home.provider, home.owner, home.account, NEW, Access.FULL, {}), Invited
        )
    assert (failed.mailed, failed.mail_failed) == (False, True)
    link = failed.link.rpartition("/")[2]
    assert not isinstance(await world.invitations.look(home.provider, link), NotFound)


async def test_the_store_keeps_no_secret(world: World, home: House, store_url: str) -> None:
    link = await invite(world, home)
    assert link[17:60] not in repr(dump(store_url))


async def verified(world: World, house: House, user_id: int) -> bool | None:
    """Whether applications are told that mail to the user's address reaches them."""
    person = await world.stores.people.person(house.provider.id, user_id)
    return person.email_verified if person else None


@pytest.mark.rfc(
    "OpenID Connect Core", "5.1", "email_verified is true only where the address was seen to be the user's"
)
async def test_a_mailed_link_verifies_the_address_and_one_that_was_shown_does_not(
    stores: Stores, keys: KeyRing, home: House
) -> None:
    with mail_server() as box:
        world = World(stores, keys, postman=SmtpPostman(read_server(box.url), "cloud@example.com"))
        mailed = await invite(world, home)
        account, second = await second_account(world, home)
        made = await world.invitations.invite(home.provider, second, account, home.owner.email, Access.FULL, {})
    shown = await invite(world, home, "jan@example.com")  # nobody takes mail any more
    ivy, _ = sure(await world.invitations.accept_as_new(home.provider, mailed, "Ivy", PASSWORD), tuple)
    jan, _ = sure(await world.invitations.accept_as_new(home.provider, shown, "Jan", PASSWORD), tuple)
    assert await verified(world, home, ivy.id) is True
    assert await verified(world, home, jan.id) is False
    assert await verified(world, home, home.owner.id) is False
    link = sure(made, Invited).link.rpartition("/")[2]
    assert await world.invitations.accept(home.provider, link, home.owner) == account
    assert await verified(world, home, home.owner.id) is True
    assert await verified(world, home, second.id) is False
