"""Slowing down whoever guesses."""

from gatelodge.service.throttle import PER_ACCOUNT, PER_ADDRESS, Throttle

JANA = (PER_ACCOUNT, "1:jana@example.cz")
PETR = (PER_ACCOUNT, "1:petr@example.cz")
HERE = (PER_ADDRESS, "192.0.2.1")
THERE = (PER_ADDRESS, "192.0.2.2")


def test_after_ten_attempts_at_an_account_one_waits_wherever_one_comes_from() -> None:
    throttle = Throttle()
    for _ in range(PER_ACCOUNT.amount):
        assert throttle.attempt((JANA, HERE)) is None
    for address in (HERE, THERE):
        wait = throttle.attempt((JANA, address))
        assert wait is not None
        assert 1 <= wait <= PER_ACCOUNT.seconds
    assert throttle.attempt((PETR, HERE)) is None


def test_after_a_hundred_attempts_from_an_address_one_waits_whoever_one_says_to_be() -> None:
    throttle = Throttle()
    for number in range(PER_ADDRESS.amount):
        assert throttle.attempt(((PER_ACCOUNT, f"1:{number}@example.cz"), HERE)) is None
    assert throttle.attempt((PETR, HERE)) is not None
    assert throttle.attempt((PETR, THERE)) is None


def test_what_is_refused_is_not_counted() -> None:
    throttle = Throttle()
    for _ in range(PER_ACCOUNT.amount):
        throttle.attempt((JANA, HERE))
    for _ in range(PER_ADDRESS.amount):
        assert throttle.attempt((JANA, THERE)) is not None
    assert throttle.attempt((PETR, THERE)) is None


def test_a_wait_ends_when_the_oldest_attempt_leaves_the_window() -> None:
    now = 1000.0
    throttle = Throttle(lambda: now)
    for _ in range(PER_ACCOUNT.amount):
        assert throttle.attempt((JANA,)) is None
        now += 1
    wait = throttle.attempt((JANA,))
    assert wait == PER_ACCOUNT.seconds - PER_ACCOUNT.amount
    now += wait - 0.5
    assert throttle.attempt((JANA,)) == 1
    now += 0.5
    assert throttle.attempt((JANA,)) is None
    assert throttle.attempt((JANA,)) == 1


def test_looking_counts_nothing() -> None:
    throttle = Throttle()
    for _ in range(PER_ACCOUNT.amount * 2):
        assert throttle.wait(JANA) is None


def test_nothing_is_kept_for_longer_than_its_window() -> None:
    now = 1000.0
    throttle = Throttle(lambda: now)
    throttle.count(HERE)
    for number in range(1000):
        now += 1
        throttle.count((PER_ACCOUNT, f"1:{number}@example.cz"))
    assert len(throttle._attempts) == PER_ACCOUNT.seconds


def test_who_was_right_starts_anew_and_the_address_keeps_its_count() -> None:
    throttle = Throttle()
    for _ in range(PER_ADDRESS.amount // PER_ACCOUNT.amount):
        for _ in range(PER_ACCOUNT.amount):
            assert throttle.attempt((JANA, HERE)) is None
        throttle.forgive(JANA)
    assert throttle.attempt((JANA, HERE)) is not None
    assert throttle.attempt((JANA, THERE)) is None
