"""The outbox, against a real mail server: sent once, put off, given up; and what is told to owners."""

import asyncio

import pytest

from gatelodge.identity.effective import Allowance
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.mail import SmtpPostman, read_server
from gatelodge.service.answering import SendBack
from gatelodge.service.choosing import Choice
from gatelodge.service.keys import KeyRing
from gatelodge.service.outbox import FIRST_PAUSE, LEASE, MOST_TRIES, Outbox
from gatelodge.service.records import Mail, UserToken
from gatelodge.service.user_tokens import DAY
from tests.support.mailbox import Mailbox, mail_server
from tests.support.server import free_port
from tests.support.stores import Stores, dump, open_stores
from tests.support.world import GUESTS_RIGHTS, START, House, World

SENDER = "cloud@example.com"
RISKY = frozenset({"read", "liveview", "audiotransmit"})
TO = "ann@example.com"


async def put(world: World, house: House, count: int = 1) -> list[int]:
    """Store mails, with what they tell of."""
    mails = [Mail(world.mint.id(), TO, f"Mail {n}", "Text\n") for n in range(count)]
    token = UserToken(world.mint.id(), "Told of", frozenset({"read"}), world.now, None, None, None)
    await world.stores.user_tokens.create(house.owner, token, b"d" * 32, mails)
    return [one.id for one in mails]


def outbox(world: World, url: str) -> Outbox:
    """A node's outbox."""
    return Outbox(world.stores.mails, SmtpPostman(read_server(url), SENDER), world.clock)


@pytest.fixture
def world(stores: Stores, keys: KeyRing) -> World:
    """A world with a mail server in its settings, which nobody reaches unless a test says so."""
    return World(stores, keys, postman=SmtpPostman(read_server(f"smtp://127.0.0.1:{free_port()}"), SENDER))


async def test_what_waits_is_sent_once_and_forgotten(world: World, home: House, store_url: str) -> None:
    await put(world, home, 3)
    with mail_server() as box:
        assert await outbox(world, box.url).send_due() == 3
        assert await outbox(world, box.url).send_due() == 0
    assert sorted(one["Subject"] for one in box.to(TO)) == ["Mail 0", "Mail 1", "Mail 2"]
    assert dump(store_url)["mails"] == []


async def test_two_nodes_do_not_send_one_mail_twice(world: World, home: House, store_url: str, keys: KeyRing) -> None:
    await put(world, home, 12)
    async with open_stores(store_url) as others:
        with mail_server() as box:
            nodes = [outbox(world, box.url), outbox(World(others, keys), box.url)]
            taken = await asyncio.gather(*(node.send_due() for node in nodes for _ in range(2)))
    assert sum(taken) == 12
    ids = [one["Message-ID"] for one in box.messages]
    assert len(ids) == len(set(ids)) == 12


async def test_a_claim_holds_until_it_runs_out(world: World, home: House) -> None:
    (mail_id,) = await put(world, home)
    first = await world.stores.mails.claim(lease=LEASE, now=world.now)
    assert first is not None
    assert (first.mail.id, first.tries, first.provider_name) == (mail_id, 1, home.provider.name)
    assert await world.stores.mails.claim(lease=LEASE, now=world.now + LEASE - 1) is None
    again = await world.stores.mails.claim(lease=LEASE, now=world.now + LEASE)
    assert again is not None
    assert again.tries == 2


async def test_a_mail_that_is_put_off_is_tried_again_later_each_time(world: World, home: House, store_url: str) -> None:
    await put(world, home)
    with mail_server() as box:
        node = outbox(world, box.url)
        for tries in (1, 2, 3):
            box.answers.append("450 later")
            assert await node.send_due() == 0
            (row,) = dump(store_url)["mails"]
            assert row["tries"] == tries
            assert row["next_try_at"] == world.now + FIRST_PAUSE * 2 ** (tries - 1)
            world.now = row["next_try_at"] - 1
            assert await node.send_due() == 0
            assert box.answers == []
            world.now += 1
        assert await node.send_due() == 1


async def test_what_is_refused_for_good_is_given_up_at_once_with_a_line_in_the_log(
    world: World, home: House, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await put(world, home)
    with mail_server() as box:
        box.answers.append(f"550 no {TO}")
        assert await outbox(world, box.url).send_due() == 0
    assert dump(store_url)["mails"] == []
    said = capsys.readouterr()
    assert "mail given up" in said.out + said.err
    assert TO not in said.out + said.err


async def test_after_days_without_a_mail_server_a_mail_is_given_up(world: World, home: House, store_url: str) -> None:
    await put(world, home)
    node = outbox(world, f"smtp://127.0.0.1:{free_port()}")
    for _ in range(MOST_TRIES - 1):
        assert await node.send_due() == 0
        (row,) = dump(store_url)["mails"]
        world.now = row["next_try_at"]
    assert 2 * DAY < world.now - START < 4 * DAY
    assert await node.send_due() == 0
    assert dump(store_url)["mails"] == []


async def test_the_task_sends_and_ends(world: World, home: House) -> None:
    await put(world, home)
    with mail_server() as box:
        async with outbox(world, box.url).running():
            await asyncio.to_thread(box.wait_for, TO)
    assert len(box.messages) == 1


async def told(world: World, box: Mailbox) -> list[tuple[str, str]]:
    """Who was sent what since."""
    box.envelopes.clear()
    await outbox(world, box.url).send_due()
    return sorted(
        (one.rcpt_tos[0], message.get_content()) for one, message in zip(box.envelopes, box.messages, strict=True)
    )


async def test_owners_are_told_when_a_guest_hands_on_a_high_risk_right(world: World, home: House) -> None:
    p = home.provider.id
    with mail_server() as box:
        await world.user_tokens.create(home.guest, "Doorbell", RISKY, None)
        assert await told(world, box) == []  # the guest does not have the right
        await world.stores.resources.grant(p, home.resource_id, home.guest.id, RISKY)
        await world.user_tokens.create(home.guest, "Doorbell", RISKY, None)
        ((to, text),) = await told(world, box)
        assert to == home.owner.email
        for word in (home.guest.name, home.guest.email, "own token “Doorbell”", "Speak", home.account.name):
            assert word in text
        assert f"{home.provider.origin}/people/" in text
        await world.user_tokens.create(home.guest, "Quiet", GUESTS_RIGHTS, None)
        await world.user_tokens.create(home.owner, "Owner's", RISKY, None)
        assert await told(world, box) == []


async def test_owners_are_told_of_an_application_once_for_each_right(world: World, home: House) -> None:
    await world.stores.resources.grant(home.provider.id, home.resource_id, home.guest.id, RISKY)
    with mail_server() as box:
        await world.code(home, home.guest, scope="read")
        assert await told(world, box) == []
        await world.code(home, home.guest, scope="read audiotransmit")
        ((to, text),) = await told(world, box)
        assert to == home.owner.email
        assert f"the application “{home.application.name}”" in text
        await world.code(home, home.guest, scope="read audiotransmit")
        assert await told(world, box) == []  # nothing new


async def test_owners_are_told_again_when_the_right_goes_on_to_another_camera(world: World, home: House) -> None:
    p, garden = home.provider.id, world.mint.id()
    await world.stores.resources.add(p, garden, home.account.id, "Garden")
    for camera in (home.resource_id, garden):
        await world.stores.resources.grant(p, camera, home.guest.id, RISKY)

    async def allow(*cameras: int) -> None:
        handle, session = await world.ask(home, scope="audiotransmit"), await world.session(home.guest)
        choice = Choice(frozenset(), frozenset(cameras))
        step = await world.authorize.decide(home.provider, handle, world.browser(), session, allow=True, choice=choice)
        assert isinstance(step, SendBack)

    with mail_server() as box:
        for cameras, mails in (((garden,), 1), ((garden,), 0), ((garden, home.resource_id), 1), ((garden,), 0)):
            await allow(*cameras)
            assert len(await told(world, box)) == mails


async def test_only_active_owners_of_the_accounts_that_it_reaches_are_told(world: World, home: House) -> None:
    p, people = home.provider.id, world.stores.people
    other = Account(world.mint.id(), p, "Other")
    await people.create_account(other, now=START)
    others_owner = User(world.mint.id(), p, "other@example.com", "Other")
    await people.create_user(others_owner, "hash", other.id, Role.OWNER, Access.FULL, now=START)
    disabled = User(world.mint.id(), p, "gone@example.com", "Gone")
    await people.create_user(disabled, "hash", home.account.id, Role.OWNER, Access.FULL, now=START)
    await people.set_disabled(p, disabled.id, disabled=True, now=START)
    await world.stores.members.add(p, other.id, home.guest.id, Role.GUEST, Access.FULL, now=START)
    with mail_server() as box:
        await world.user_tokens.create(home.guest, "Doorbell", RISKY, None)
        assert await told(world, box) == []  # with full access to an account that has nothing
        theirs = world.mint.id()
        await world.stores.resources.add(p, theirs, other.id, "Barn")
        await world.user_tokens.create(home.guest, "Doorbell", RISKY, None)
        assert [to for to, _ in await told(world, box)] == [others_owner.email]


async def test_a_limit_to_other_resources_tells_nobody(world: World, home: House) -> None:
    await world.stores.resources.grant(home.provider.id, home.resource_id, home.guest.id, RISKY)
    notices = world.notices
    for limit, count in (
        (None, 1),
        ((Allowance(None, frozenset({home.resource_id})),), 1),
        ((Allowance(None, frozenset({1})),), 0),
        ((Allowance(frozenset({"read"}), None),), 0),
    ):
        assert len(await notices.of_grant(home.guest, RISKY, limit, "x")) == count


async def test_without_a_mail_server_nothing_is_put_in(
    stores: Stores, keys: KeyRing, home: House, store_url: str
) -> None:
    quiet = World(stores, keys)
    await stores.resources.grant(home.provider.id, home.resource_id, home.guest.id, RISKY)
    await quiet.user_tokens.create(home.guest, "Doorbell", RISKY, None)
    await quiet.code(home, home.guest, scope="read audiotransmit")
    assert dump(store_url)["mails"] == []
    assert await Outbox(stores.mails, None, quiet.clock).send_due() == 0


async def test_where_the_consent_is_not_stored_no_mail_is(world: World, home: House, store_url: str) -> None:
    await world.stores.resources.grant(home.provider.id, home.resource_id, home.guest.id, RISKY)
    handle = await world.ask(home, scope="read audiotransmit")
    session, browser = await world.session(home.guest), world.browser()
    await asyncio.gather(
        *(world.authorize.decide(home.provider, handle, browser, session, allow=True) for _ in range(3))
    )
    assert len(dump(store_url)["mails"]) == 1
