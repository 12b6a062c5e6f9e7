"""What people may type is shown as what it is, wherever it is shown."""

from html.parser import HTMLParser

import pytest

from tests.attacks.world import House
from tests.support.server import Server
from tests.web.browser import Browser, field
from tests.web.raw import Answer

EVIL = """<script>evil()</script><img src=x onerror=evil()>"'`{{7*191}}${7*191}%s</title></textarea>&lt;"""
NAME = EVIL[:80]


class Reader(HTMLParser):
    """What a browser would make of a page, as far as it could do harm."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is not ours."""
        for name, value in attrs:
            if name.startswith("on") or name == "style" or (value or "").lower().startswith(("javascript:", "data:")):
                self.found.append(f"<{tag} {name}={value}>")
        if tag in ("img", "iframe", "object", "embed", "base") or (tag == "meta" and "http-equiv" in dict(attrs)):
            self.found.append(f"<{tag}>")
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/static/"):
            self.found.append("<script>")


def harmless(answer: Answer, *, shows: bool = False) -> None:
    """Nothing on the page is anybody's but ours; with `shows`, what was typed is there as text."""
    reader = Reader()
    reader.feed(answer.text)
    assert reader.found == []
    assert EVIL[:30] not in answer.text
    assert "1337" not in answer.text
    if shows:
        assert "&lt;script&gt;evil()" in answer.text


def test_an_application_s_words_are_text_on_every_page(server: Server, house: House) -> None:
    owner = Browser(server)
    assert owner.sign_in(house.neighbour).status == 303
    page = owner.get("/api-access/applications/new")
    uri = "https://evil.example/'$(id)`id`;&quot;/(<)".replace("(<)", "").replace("`id`", "")
    fields = {"csrf": field(page, "csrf"), "once": field(page, "once"), "kind": "confidential"}
    made = owner.post(
        "/api-access/applications/new", {**fields, "name": NAME, "description": EVIL, "redirect_uris": uri}
    )
    assert made.status == 200
    harmless(made, shows=True)
    client_id = made.text.partition("/api-access/applications/")[2][:11]
    url = f"/api-access/applications/{client_id}"
    for target in (url, f"{url}/edit", "/api-access"):
        harmless(owner.get(target), shows=True)
    asking = {"client_id": client_id, "redirect_uri": uri}
    harmless(Browser(server).ask_for(**asking), shows=True)  # the sign-in page names it
    consent = owner.ask_for(**asking)
    harmless(consent, shows=True)
    assert owner.answer(consent).status == 303
    harmless(owner.get("/api-access"), shows=True)  # among the authorized
    harmless(owner.post(f"{url}/delete", {"csrf": owner.csrf()}))


def test_examples_for_a_shell_run_nothing_but_what_they_show(server: Server, house: House) -> None:
    """An address may hold quotes and dollar signs, and owners are not the only ones who copy examples."""
    owner = Browser(server)
    assert owner.sign_in(house.neighbour).status == 303
    page = owner.get("/api-access/applications/new")
    uri = "https://evil.example/';$(id);'"
    fields = {"csrf": field(page, "csrf"), "once": field(page, "once"), "name": "Shell", "kind": "confidential"}
    made = owner.post("/api-access/applications/new", {**fields, "redirect_uris": uri})
    assert "redirect_uri=&#39;https://evil.example/&#39;\\&#39;&#39;;$(id);&#39;\\&#39;&#39;&#39;" in made.text


def test_a_token_s_name_is_text(owner: Browser) -> None:
    page = owner.get("/api-access/tokens/new")
    fields = {"csrf": field(page, "csrf"), "once": field(page, "once"), "scope": "read", "expires": "7d"}
    harmless(owner.post("/api-access/tokens/new", {**fields, "name": NAME}), shows=True)
    harmless(owner.get("/api-access"), shows=True)


def test_what_was_refused_is_shown_again_as_text(server: Server, owner: Browser) -> None:
    token = {"name": EVIL * 2, "scope": EVIL, "expires": EVIL, "once": EVIL}
    harmless(owner.post("/api-access/tokens/new", {**token, "csrf": owner.csrf()}), shows=True)
    app = {"name": EVIL, "description": EVIL * 9, "redirect_uris": f"{EVIL}\n{EVIL}", "kind": EVIL, "once": EVIL}
    harmless(owner.post("/api-access/applications/new", {**app, "csrf": owner.csrf()}), shows=True)
    edit = f"/api-access/applications/{server.client_id}/edit"
    harmless(owner.post(edit, {**app, "csrf": owner.csrf()}), shows=True)
    stranger = Browser(server)
    wrong = {"csrf": stranger.csrf(), "email": EVIL, "password": EVIL, "next": f"/{EVIL}"}
    harmless(stranger.post("/signin", wrong), shows=True)


@pytest.mark.parametrize(
    "target",
    [
        "/signin?next=%22%3E%3Cscript%3Eevil()%3C/script%3E",
        "/signin?next=/%22%3E%3Cscript%3Eevil()%3C/script%3E",
        "/signin?next=javascript:evil()",
        "/api-access?done=%3Cscript%3Eevil()%3C/script%3E",
        "/%3Cscript%3Eevil()%3C/script%3E",
        "/authorize/%3Cscript%3Eevil()%3C%2Fscript%3E",
        "/oauth2/auth?client_id=%3Cscript%3Eevil()%3C/script%3E&state=%3Cimg%20src=x%3E",
        "/oauth2/auth?client_id=ID&redirect_uri=%22%3E%3Cscript%3Eevil()%3C/script%3E",
        "/theme.css?v=%3C/style%3E%3Cscript%3Eevil()",
    ],
)
def test_an_address_is_not_played_back(server: Server, owner: Browser, target: str) -> None:
    for browser in (owner, Browser(server)):
        answer = browser.get(target.replace("ID", server.client_id))
        assert "<script>evil" not in answer.text
        harmless(answer)


@pytest.mark.parametrize("name", ["User-Agent", "Referer", "X-Forwarded-For", "Accept-Language", "Cookie"])
def test_nor_is_a_header(server: Server, name: str) -> None:
    harmless(Browser(server).get("/nothing", (name, "<script>evil()</script>")))


def test_names_in_json_and_headers_stay_names(server: Server) -> None:
    answer = Browser(server, "harbour.localhost").send("POST", "/api/graphql")
    origin = f"http://harbour.localhost:{server.port}"
    metadata = f"{origin}/.well-known/oauth-protected-resource/api/graphql"
    assert answer.all("www-authenticate")[0] == f'Bearer realm="{origin}", resource_metadata="{metadata}"'
