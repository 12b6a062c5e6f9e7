"""Ids and secrets that are made: in order, without a clash, and never shown by accident."""

import time

import pytest

from gatelodge.protocol.credentials import MAX_ID, Kind, parse
from gatelodge.service.minting import IdSource, Mint


def test_ids_only_ever_grow() -> None:
    source = IdSource()
    made = [source.next() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert made[0] > 0
    assert made[-1] <= MAX_ID


@pytest.mark.parametrize("step", [0, -1, -3_600_000, 1])
def test_ids_grow_also_when_the_clock_stands_still_or_is_set_back(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()

    def stepping() -> int:
        nonlocal now
        now += step * 1_000_000
        return now

    monkeypatch.setattr(time, "time_ns", stepping)
    source = IdSource()
    made = [source.next() for _ in range(10_000)]
    assert made == sorted(set(made))


@pytest.mark.rfc("6749", "10.10", "secrets are drawn at random, never twice the same")
@pytest.mark.parametrize("kind", Kind)
def test_a_secret_is_new_each_time_and_of_its_kind(kind: Kind) -> None:
    mint = Mint()
    made = [mint.secret(kind) for _ in range(50)]
    assert len({one.presented.digest for one in made}) == 50
    assert len({one.presented.id for one in made}) == 50
    assert [parse(one.text, kind) for one in made] == [one.presented for one in made]


def test_a_secret_can_be_made_for_a_row_that_is_known() -> None:
    mint = Mint()
    row_id = mint.id()
    minted = mint.secret(Kind.USER_TOKEN, row_id)
    assert minted.presented.id == row_id
    assert mint.secret(Kind.USER_TOKEN, row_id).presented.digest != minted.presented.digest


def test_a_minted_secret_keeps_itself_out_of_logs() -> None:
    minted = Mint().secret(Kind.ACCESS_TOKEN)
    for shown in (repr(minted), str(minted), f"{minted}"):
        assert minted.text.split("_")[2] not in shown
