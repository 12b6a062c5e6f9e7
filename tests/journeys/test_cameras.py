"""Cameras in the portal: what a person sees of them and may do there, without JavaScript."""

import re

import httpx2
import pytest

from tests.journeys.test_watching import camera_id, change, guests_rights, picture, pictures
from tests.support.person import Person
from tests.support.server import Server

__all__ = ["guests_rights"]


def test_everybody_sees_their_own(server: Server, person: Person) -> None:
    person.sign_in(server.user("full"))
    whole = person.go("/cameras")
    assert re.findall(r'<h2><a href="[^"]+">([^<]+)</a></h2>', whole.text) == sorted(
        one["name"] for one in server.demo["cameras"]
    )
    with Person(server) as guest:
        guest.sign_in(server.user("partial"))
        some = guest.go("/cameras")
        assert re.findall(r'<h2><a href="[^"]+">([^<]+)</a></h2>', some.text) == ["Front door", "Garden"]
        hall = f"/cameras/{camera_id(server, 'Hall')}"
        for address in (hall, f"{hall}/live", f"{hall}/snapshot.jpg", "/cameras/x", "/cameras/00000000001/live"):
            assert guest.go(address).status_code == 404, address


def test_a_camera_is_turned_and_lit_with_buttons(server: Server, person: Person) -> None:
    person.sign_in(server.user("full"))
    camera = f"/cameras/{camera_id(server, 'Terrace')}"
    page = person.go(camera)
    shown = person.go(f"{camera}/snapshot.jpg")
    assert picture(shown.content).size == (320, 180)
    assert shown.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in shown.headers
    lit = person.submit(page, camera, do="light-on")
    assert "Light off" in lit.text
    turned = person.submit(lit, camera, do="left")
    assert "Turned" in turned.text
    played = person.submit(turned, camera, do="play", clip="doorbell")
    assert "Sound played" in played.text
    assert person.submit(played, camera, do="play", clip="nothing").status_code == 422
    assert person.submit(played, camera, do="nothing").status_code == 404


def test_a_guest_has_the_controls_that_were_granted_and_no_others(server: Server, person: Person) -> None:
    person.sign_in(server.user("partial"))
    camera = f"/cameras/{camera_id(server, 'Garden')}"
    page = person.go(camera)
    assert f'src="{camera}/live"' in page.text
    assert "You may not: " in page.text
    assert 'value="left"' not in page.text
    assert "Recordings</h2>" not in page.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    forced = person.http.post(f"{server.origin}{camera}", data={"csrf": csrf[1], "do": "left"})
    assert forced.status_code == 403
    assert "You may no longer do this" in forced.text


@pytest.mark.parametrize("how", ["signs out", "right"])
def test_a_live_picture_ends_with_the_session_and_with_the_right(
    server: Server, person: Person, guests_rights: None, how: str
) -> None:
    person.sign_in(server.user("partial"))
    page = person.go("/cameras")
    address = f"{server.origin}/cameras/{camera_id(server, 'Garden')}/live"
    with person.http.stream("GET", address) as response:
        assert response.headers["content-type"].startswith("multipart/x-mixed-replace")
        frames = pictures(response)
        assert next(frames)
        if how == "signs out":
            person.submit(page, "/signout")
        else:
            change(server, "UPDATE resource_rights SET rights = 'events read'")
        assert list(frames) is not None  # they come to an end


def test_a_recording_is_watched(server: Server, person: Person) -> None:
    person.sign_in(server.user("full"))
    page = person.go(f"/cameras/{camera_id(server, 'Garden')}")
    found = re.search(r'"(/recordings/\w+)/video"', page.text)
    assert found is not None
    assert picture(person.go(f"{found[1]}/picture.jpg").content).size == (320, 180)
    with person.http.stream("GET", f"{server.origin}{found[1]}/video") as response:
        assert next(pictures(response))
    with Person(server) as guest:
        guest.sign_in(server.user("partial"))
        for address in (f"{found[1]}/picture.jpg", f"{found[1]}/video"):
            refused: httpx2.Response = guest.go(address)
            assert (refused.status_code, refused.json()["missing"]) == (403, "recordings")
        assert guest.go("/recordings/x/video").status_code == 404
