"""me { effective }: what a call can do with each camera that it can see, and why not more."""

import pytest

from gatelodge.protocol.credentials import public_id
from gatelodge.service.demo import GUESTS_RIGHTS
from gatelodge.service.user_tokens import MadeToken
from tests.graph.conftest import EVERYTHING, GUEST, OWNER, World

QUERY = "{me{effective{camera{id name rights} rights takenAway{right by}}}}"


async def test_a_token_for_everything_shows_what_its_user_lacks(world: World) -> None:
    data = await world.data(await world.token(GUEST), QUERY)
    shown = data["me"]["effective"]
    assert [one["camera"]["name"] for one in shown] == ["Front door", "Garden"]
    for one in shown:
        assert one["rights"] == one["camera"]["rights"] == sorted(GUESTS_RIGHTS)
        missing = sorted(set(EVERYTHING) - GUESTS_RIGHTS)
        assert one["takenAway"] == [{"right": right, "by": ["USER"]} for right in missing]


async def test_each_taker_is_named(world: World) -> None:
    data = await world.data(await world.token(GUEST, ["read", "write"]), QUERY)
    (first, _) = data["me"]["effective"]
    by = {one["right"]: one["by"] for one in first["takenAway"]}
    assert (by["write"], by["liveview"], by["recordings"]) == (["USER"], ["SCOPE"], ["SCOPE", "USER"])
    assert "read" not in by


@pytest.mark.parametrize("query", [QUERY, "{cameraList{name}}"])
async def test_a_limited_token_hears_of_no_other_camera(world: World, query: str) -> None:
    user = await world.user(OWNER)
    garden = next(number for number, name in world.demo.cameras if name == "Garden")
    made = await world.services.user_tokens.create(
        user, "Garden", frozenset(EVERYTHING), None, resources=frozenset({garden})
    )
    assert isinstance(made, MadeToken)
    answer = str(await world.data(made.text, query))
    assert "Garden" in answer
    assert [name for number, name in world.demo.cameras if name in answer or public_id(number) in answer] == ["Garden"]


async def test_a_right_that_is_taken_away_is_explained_in_the_next_call(world: World) -> None:
    token = await world.token(GUEST)
    world.change("UPDATE resource_rights SET rights = 'read'")
    (first, _) = (await world.data(token, QUERY))["me"]["effective"]
    assert first["rights"] == ["read"]
    assert {"right": "liveview", "by": ["USER"]} in first["takenAway"]
