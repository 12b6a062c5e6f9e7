"""Passwords that people chose."""

import anyio
from anyio.lowlevel import checkpoint

from gatelodge.service.passwords import MAX_AT_ONCE, MAX_WAITING, Busy, Passwords


async def test_a_password_is_right_or_wrong() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse")
    assert await passwords.verify(stored, "correct horse")
    for wrong in ("", "correct horse ", "Correct horse", "correct\0horse", stored):
        assert not await passwords.verify(stored, wrong)


async def test_what_is_stored_is_argon2id_with_a_salt_of_its_own() -> None:
    passwords = Passwords()
    one, other = await passwords.hash("correct horse"), await passwords.hash("correct horse")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert "correct horse" not in one


async def test_where_nothing_or_no_hash_is_stored_every_password_is_wrong() -> None:
    passwords = Passwords()
    for stored in (None, "", "x", "$argon2id$v=19$m=19456,t=2,p=1$x$x"):
        assert not await passwords.verify(stored, "correct horse")
    # Not even the text whose hash stands in for a missing one.
    nobodys = "the hash that an unknown e-mail address is checked against"
    assert not await passwords.verify(None, nobodys)


async def test_beyond_the_end_of_the_queue_one_is_told_to_come_back() -> None:
    passwords = Passwords()
    answers: list[bool | None] = []

    async def sign_in() -> None:
        try:
            answers.append(await passwords.verify(None, "guess"))
        except Busy:
            answers.append(None)

    async with anyio.create_task_group() as group:
        for _ in range(MAX_AT_ONCE + MAX_WAITING + 10):
            group.start_soon(sign_in)
            for _ in range(5):
                await checkpoint()
    assert True not in answers
    assert answers.count(None) >= 1
    assert answers.count(False) >= MAX_AT_ONCE + MAX_WAITING
    assert await passwords.verify(await passwords.hash("right"), "right")
