"""Which sign-ins count as guesses."""

from typing import TypeAlias

import pytest

from gatelodge.service.passwords import Passwords
from gatelodge.service.sign_in import SignedIn, SignInService, TryLater, WrongPassword
from gatelodge.service.throttle import PER_ADDRESS, Throttle
from tests.support.world import PASSWORD, SESSION_LIFETIME, House, World

HERE, THERE = "192.0.2.1", "192.0.2.2"
Outcome: TypeAlias = SignedIn | WrongPassword | TryLater


@pytest.fixture
def throttle() -> Throttle:
    """A throttle that has counted nothing yet."""
    return Throttle()


@pytest.fixture
def service(world: World, throttle: Throttle) -> SignInService:
    """The use case."""
    stores = world.stores
    return SignInService(
        stores.people,
        stores.sessions,
        Passwords(),
        throttle,
        world.logout_notices,
        world.mint,
        world.clock,
        lifetime=SESSION_LIFETIME,
    )


async def test_who_signs_in_rightly_uses_nothing_of_the_address_up(
    service: SignInService, throttle: Throttle, home: House
) -> None:
    _leave(1, throttle)
    for _ in range(3):
        assert isinstance(await _right(service, home), SignedIn)
    assert isinstance(await _wrong(service, home), WrongPassword)
    assert isinstance(await _wrong(service, home), TryLater)


async def test_signing_in_does_not_make_the_address_forget_what_was_guessed_at_others(
    service: SignInService, throttle: Throttle, home: House
) -> None:
    _leave(2, throttle)
    for _ in range(2):
        assert isinstance(await _wrong(service, home), WrongPassword)
        await _right(service, home)
    refused = await _right(service, home)
    assert isinstance(refused, TryLater)
    assert 0 < refused.seconds <= PER_ADDRESS.seconds
    assert isinstance(await _right(service, home, address=THERE), SignedIn)


@pytest.mark.parametrize("email", ["guest@north.example.com", "nobody@north.example.com", ""])
async def test_every_wrong_sign_in_counts_whether_the_user_exists_or_not(
    service: SignInService, throttle: Throttle, home: House, email: str
) -> None:
    _leave(1, throttle)
    assert isinstance(await service.sign_in(home.provider, email, "wrong", address=HERE), WrongPassword)
    assert isinstance(await _right(service, home), TryLater)


def _leave(attempts: int, throttle: Throttle) -> None:
    for _ in range(PER_ADDRESS.amount - attempts):
        throttle.count((PER_ADDRESS, HERE))


async def _right(service: SignInService, home: House, address: str = HERE) -> Outcome:
    return await service.sign_in(home.provider, home.owner.email, PASSWORD, address=address)


async def _wrong(service: SignInService, home: House) -> Outcome:
    return await service.sign_in(home.provider, home.guest.email, "wrong", address=HERE)
