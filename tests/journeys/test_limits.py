"""Access to chosen cameras over HTTP, as an application, its user and their scripts meet it, on either database."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from gatelodge.protocol.credentials import public_id
from gatelodge.service.minting import Mint
from tests.support.client import ask, authorization_url, camera_names, exchange, refresh
from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.portal import boxes, make_application
from tests.support.server import DemoUser, Server
from tests.support.stores import elsewhere, open_stores

FORM = "/authorize/"
Cameras = dict[str, str]


@pytest.fixture
def cameras(server: Server) -> Cameras:
    """The ids of the demo's cameras, by name."""
    return {one["name"]: one["id"] for one in server.demo["cameras"]}


@pytest.fixture
def owner(server: Server) -> DemoUser:
    """Sees all of them."""
    return server.user("full")


@pytest.fixture
def guest(server: Server) -> DemoUser:
    """Sees Front door and Garden."""
    return server.user("partial")


class App:
    """An application of its own for each test, so that nobody has consented to it."""

    def __init__(self, server: Server, owner: DemoUser, name: str, *optional: str) -> None:
        self.server = server
        with Person(server) as person:
            person.sign_in(owner)
            page = make_application(person, name, server.redirect_uri)
            self.client_id, self.client_secret = boxes(page)["client-id"], boxes(page)["client-secret"]
            if optional:
                url = f"/api-access/applications/{self.client_id}/edit"
                fields = {"name": name, "description": "", "redirect_uris": server.redirect_uri}
                edited = person.submit(person.go(url), url, **fields, optional_scope=list(optional))
                assert "People may leave out" in edited.text

    def url(self, details: object = None, **changes: str | None) -> str:
        """The authorization URL."""
        asked = {} if details is None else {"authorization_details": json.dumps(details)}
        return authorization_url(self.server, client_id=self.client_id, **asked, **changes)

    def tokens(self, back: httpx2.Response) -> dict[str, Any]:
        """What the application gets for the code that the redirect brings."""
        code = Person.answer(back)["code"]
        answer = exchange(self.server, code, client_id=self.client_id, client_secret=self.client_secret)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


def access(*cameras: str, **members: Any) -> list[dict[str, Any]]:
    """The authorization_details for these cameras."""
    return [{"type": "camera_access", **({"cameras": sorted(cameras)} if cameras else {}), **members}]


def sign_in(server: Server, user: DemoUser) -> Person:
    """A person who is signed in."""
    person = Person(server)
    person.sign_in(user)
    return person


def offered(page: httpx2.Response) -> dict[str, bool]:
    """The cameras that a page lets a person pick, by id, and whether they are picked."""
    boxes = re.findall(r'<input type="checkbox" id="camera-\w+" name="camera" value="(\w+)"( checked)?>', page.text)
    return {camera: bool(picked) for camera, picked in boxes}


def fault(page: httpx2.Response) -> str:
    """What a page that was refused says."""
    assert page.status_code == 422, page.text
    found = re.search(r'role="alert">.*?<p>(.*?)</p>', page.text, re.DOTALL)
    assert found
    return found[1]


def add_camera(server: Server, name: str) -> None:
    """Give North Farm another camera, as another node would."""

    async def add() -> None:
        async with open_stores(server.database) as stores:
            provider = await stores.providers.by_host("localhost")
            assert provider is not None
            (farm,) = await stores.people.accounts(provider.id)
            await stores.resources.add(provider.id, Mint().id(), farm.id, name)

    elsewhere(add)


@pytest.mark.rfc("9396", "3", "authorization_details go with an authorization request, by GET and by POST")
@pytest.mark.rfc("9396", "7", "the token answer says what was granted")
@pytest.mark.parametrize("how", ["get", "get/", "query of a post", "body of a post/"])
def test_an_application_asks_for_one_camera_and_reaches_no_other(
    server: Server, owner: DemoUser, cameras: Cameras, how: str
) -> None:
    app = App(server, owner, f"One camera by {how}")
    parameters = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": server.redirect_uri,
        "scope": "read,liveview",
        "authorization_details": json.dumps(access(cameras["Garden"])),
    }
    where = f"/oauth2/auth{'/' if how.endswith('/') else ''}"
    with sign_in(server, owner) as person:
        if "post" not in how:
            page = person.go(f"{where}?{urlencode(parameters)}")
        elif "query" in how:
            sent = person.http.post(f"{where}?{urlencode(parameters)}")
            page = person.go(sent.headers["location"])
        else:
            page = person.go(person.http.post(where, data=parameters).headers["location"])
        assert offered(page) == {cameras["Garden"]: True}
        assert "including future ones" not in page.text
        back = person.submit(page, FORM, answer="allow", camera=[cameras["Garden"]])
    tokens = app.tokens(back)
    assert tokens["authorization_details"] == access(cameras["Garden"])
    assert camera_names(server, tokens["access_token"]) == ["Garden"]
    other = ask(server, tokens["access_token"], f'{{camera(id: "{cameras["Hall"]}") {{name}}}}').json()
    assert other["data"] == {"camera": None}
    again = refresh(server, tokens["refresh_token"], client_id=app.client_id, client_secret=app.client_secret).json()
    assert again["authorization_details"] == access(cameras["Garden"])
    assert camera_names(server, again["access_token"]) == ["Garden"]


def test_a_camera_that_is_added_later_is_there_for_all_and_not_for_some(
    server: Server, owner: DemoUser, cameras: Cameras
) -> None:
    some, every = App(server, owner, "For some"), App(server, owner, "For all")
    with sign_in(server, owner) as person:
        page = person.go(some.url())
        assert offered(page) == dict.fromkeys(offered(page), False)  # all is chosen
        assert set(cameras.values()) <= set(offered(page))
        picked = [cameras["Garden"], cameras["Hall"]]
        limited = some.tokens(person.submit(page, FORM, answer="allow", cameras="chosen", camera=picked))
        whole = every.tokens(person.submit(person.go(every.url()), FORM, answer="allow", cameras="all"))
    assert limited["authorization_details"] == access(*picked)
    assert "authorization_details" not in whole
    new = f"Attic {server.port}"
    assert camera_names(server, limited["access_token"]) == ["Garden", "Hall"]
    add_camera(server, new)
    assert camera_names(server, limited["access_token"]) == ["Garden", "Hall"]
    assert new in camera_names(server, whole["access_token"])


def test_an_integration_that_knows_nothing_of_this_finds_everything_as_it_was(server: Server, owner: DemoUser) -> None:
    app = App(server, owner, "Old hand")
    with sign_in(server, owner) as person:
        back = person.submit(person.go(app.url()), FORM, answer="allow")  # a form of before there was a choice
        tokens = app.tokens(back)
        assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
        assert "Driveway" in camera_names(server, tokens["access_token"])
        assert "code" in Person.answer(person.go(app.url(prompt="none")))


def test_a_consent_for_some_cameras_is_asked_for_again_with_them_picked(
    server: Server, owner: DemoUser, cameras: Cameras
) -> None:
    app = App(server, owner, "Asks again")
    with sign_in(server, owner) as person:
        picked = [cameras["Garden"]]
        app.tokens(person.submit(person.go(app.url()), FORM, answer="allow", cameras="chosen", camera=picked))
        assert Person.answer(person.go(app.url(prompt="none")))["error"] == "consent_required"
        page = person.go(app.url())
        assert [camera for camera, is_picked in offered(page).items() if is_picked] == picked
        assert "Garden <span" in page.text
        silently = Person.answer(person.go(app.url(access(cameras["Garden"]), prompt="none")))
        assert "code" in silently
        more = Person.answer(person.go(app.url(access(cameras["Garden"], cameras["Hall"]), prompt="none")))
        assert more["error"] == "consent_required"


@pytest.mark.rfc("6749", "3.3", "the user may give less than was asked for, and the client is told what it got")
def test_an_optional_right_is_unticked_and_the_application_told(server: Server, owner: DemoUser) -> None:
    app = App(server, owner, "Modest", "liveview", "events")
    with sign_in(server, owner) as person:
        page = person.go(app.url(scope="read,liveview,recordings"))
        assert re.findall(r'name="scope" value="(\w+)"( checked)?', page.text) == [("liveview", " checked")]
        tokens = app.tokens(person.submit(page, FORM, answer="allow", cameras="all"))
        assert tokens["scope"] == "read recordings"
        query = "{me{scopes} cameraList{rights}}"
        data = ask(server, tokens["access_token"], query).json()["data"]
        assert data["me"]["scopes"] == ["read", "recordings"]
        assert {tuple(one["rights"]) for one in data["cameraList"]} == {("read", "recordings")}
        again = app.tokens(person.go(app.url(scope="read,liveview,recordings")))
        assert again["scope"] == "read recordings"


# Forms that were tampered with, and requests that reach for more.


def test_a_form_gives_nothing_that_was_not_offered(server: Server, guest: DemoUser, cameras: Cameras) -> None:
    app = App(server, server.user("full"), "Tampered", "liveview")
    attempts: list[dict[str, str | list[str]]] = [
        {"cameras": "chosen"},
        {"cameras": "chosen", "camera": []},
        {"cameras": "chosen", "camera": [cameras["Garage"]]},  # of the account, and not the guest's
        {"cameras": "chosen", "camera": [cameras["Garden"], cameras["Garage"]]},
        {"cameras": "chosen", "camera": ["00000000001"]},
        {"cameras": "chosen", "camera": ["Garden"]},
        {"cameras": "chosen", "camera": ["' OR 1=1 --"]},
        {"cameras": "some", "camera": [cameras["Garage"]]},
        {"cameras": "all", "scope": ["liveview", "write"]},
        {"cameras": "all", "scope": ["recordings_delete"]},
        {"cameras": "all", "scope": ["read"]},
    ]
    with sign_in(server, guest) as person:
        page = person.go(app.url())
        assert set(offered(page)) == {cameras["Garden"], cameras["Front door"]}
        said = [fault(person.submit(page, FORM, answer="allow", **fields)) for fields in attempts]
        assert set(said[:2]) == {"Choose at least one camera."}
        assert len(set(said[2:])) == 1  # whether there is such a camera is not told
        assert Person.answer(person.go(app.url(prompt="none")))["error"] == "consent_required"
        only = person.submit(page, FORM, answer="allow", cameras="chosen", camera=[cameras["Garden"]])
        tokens = app.tokens(only)
    assert (tokens["scope"], tokens["authorization_details"]) == ("read", access(cameras["Garden"]))
    assert camera_names(server, tokens["access_token"]) == ["Garden"]


def test_a_guest_is_not_asked_for_a_camera_that_is_not_theirs(
    server: Server, guest: DemoUser, cameras: Cameras
) -> None:
    app = App(server, server.user("full"), "Reaching")
    with sign_in(server, guest) as person:
        pages = []
        for camera in (cameras["Garage"], "00000000001", "0IXMDZGpYoL"):
            page = person.go(app.url(access(camera)))
            assert "None of the cameras that it asks for" in page.text
            assert "Allow access" not in page.text
            pages.append(re.sub(r"/authorize/\w+|%2Fauthorize%2F\w+", "", page.text))
            refused = person.submit(page, FORM, answer="allow", cameras="chosen", camera=[camera])
            assert refused.status_code == 422
            denied = Person.answer(person.submit(page, FORM, answer="deny"))
            assert denied["error"] == "access_denied"
        assert len(set(pages)) == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[" * 4000, "invalid_authorization_details"),
        ("x" * 5000, "invalid_authorization_details"),
        ('[{"type":"camera_access"},{"type":"other"}]', "invalid_authorization_details"),
        ('[{"type":"camera_access","type":"camera_access"}]', "invalid_authorization_details"),
        ('[{"type":"camera_access","actions":["write"]}]', "invalid_authorization_details"),
    ],
)
def test_details_that_are_wrong_are_told_to_the_application(
    server: Server, owner: DemoUser, text: str, error: str
) -> None:
    with Person(server) as person:
        answer = Person.answer(person.go(authorization_url(server, authorization_details=text)))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "st-1", server.origin)


def test_details_that_come_twice_are_refused(server: Server) -> None:
    twice = urlencode({"authorization_details": json.dumps(access())})
    url = authorization_url(server)
    with Person(server) as person:
        for answer in (
            person.http.get(f"{url}&{twice}&{twice}"),
            person.http.post(
                f"{url}&{twice}", content=twice, headers={"Content-Type": "application/x-www-form-urlencoded"}
            ),
        ):
            assert Person.answer(answer)["error"] == "invalid_request"


# User tokens, and the pages that explain.


def test_a_token_for_two_cameras_and_the_page_that_explains_it(
    server: Server, guest: DemoUser, cameras: Cameras
) -> None:
    new = "/api-access/tokens/new"
    with sign_in(server, guest) as person:
        page = person.go(new)
        assert set(offered(page)) == {cameras["Garden"], cameras["Front door"]}
        fields: dict[str, str | list[str]] = {"name": "Bird box", "scope": ["read", "recordings"], "expires": "7d"}
        for camera in ([], [cameras["Garage"]], ["x"]):
            refused = person.submit(page, new, **fields, cameras="chosen", camera=camera)
            assert refused.status_code == 422
        made = person.submit(page, new, **fields, cameras="chosen", camera=[cameras["Garden"]])
        token = boxes(made)["token"]
        assert camera_names(server, token) == ["Garden"]
        listed = person.go("/api-access")
        assert "1 camera: Garden" in listed.text
        found = re.search(r'href="(/api-access/tokens/\w{11})">Bird box', listed.text)
        assert found
        explained = person.go(found[1])
        for text in ("What Bird box can do", "not chosen", "other cameras only", "not yours"):
            assert text in explained.text
        with sign_in(server, server.user("full")) as other:
            assert other.go(found[1]).status_code == 404
    with Person(server) as stranger:
        assert "/signin" in str(stranger.go(found[1]).url)


def test_the_page_that_explains_an_application(server: Server, owner: DemoUser, cameras: Cameras) -> None:
    app = App(server, owner, "Explained")
    where = f"/api-access/authorized/{app.client_id}"
    with sign_in(server, owner) as person:
        assert person.go(where).status_code == 404
        app.tokens(
            person.submit(person.go(app.url()), FORM, answer="allow", cameras="chosen", camera=[cameras["Hall"]])
        )
        page = person.go(where)
        for text in ("What Explained can do", "1 camera: Hall", "not given", "other cameras only"):
            assert text in page.text
        assert "not yours" not in page.text
        ended = person.submit(page, f"{where}/end")
        assert "The access is ended." in ended.text
        assert person.go(where).status_code == 404


def test_a_picker_of_hundreds_of_cameras_is_read_whole(server: Server, owner: DemoUser) -> None:
    """More fields than a form of ours had before; and a form beyond all measure is refused."""
    new = "/api-access/tokens/new"
    with sign_in(server, owner) as person:
        page = person.go(new)
        many = [public_id(number) for number in range(1, 1500)]
        fields: dict[str, str | list[str]] = {"name": "Many", "scope": ["read"], "expires": "7d", "cameras": "chosen"}
        assert person.submit(page, new, **fields, camera=many).status_code == 422
        assert person.submit(page, new, **fields, camera=[*many, *many, *many[:100]]).status_code == 400


def test_the_token_endpoint_takes_no_other_limits(server: Server, owner: DemoUser, cameras: Cameras) -> None:
    app = App(server, owner, "Changes its mind")
    with sign_in(server, owner) as person:
        page = person.go(app.url(access(cameras["Garden"])))
        code = Person.answer(person.submit(page, FORM, answer="allow", camera=[cameras["Garden"]]))["code"]
    refused = HTTP.post(
        f"{server.origin}/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": server.redirect_uri,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "authorization_details": json.dumps(access()),
        },
    )
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_authorization_details")
