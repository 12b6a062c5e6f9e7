"""Each kind of application, made in the portal: what its page says, and what it then may do."""

import pytest

from tests.portal.document import document
from tests.portal.making import CALLBACK, Made, refused, send
from tests.support.client import authorization_url, exchange
from tests.support.person import Person
from tests.support.server import Server

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
CONFIDENTIAL = {"name": "Shop", "description": "", "kind": "confidential", "redirect_uris": CALLBACK}
PUBLIC = {**CONFIDENTIAL, "kind": "public"}
ITSELF = {**CONFIDENTIAL, "own": "yes", "redirect_uris": ""}
RESOURCE_SERVER = {"name": "Weather", "description": "", "kind": "resource_server"}
FOR_PEOPLE = [
    "Overview",
    "What it may do",
    "Redirect URLs",
    "Secret",
    "Settings",
    "Examples",
    "Who uses it",
    "Danger zone",
]
FOR_MACHINES = ["Overview", "What it may do", "Secret", "Settings", "Examples", "Danger zone"]

pytestmark = pytest.mark.xdist_group("portal")  # one server for all of them


def row(owner: Person, made: Made) -> str:
    """What the list says of an application."""
    rows = document(owner.go("/api-access").text).every("tr")
    (found,) = [" ".join(one.text.split()) for one in rows if made.client_id in one.text]
    return found


def answer_to_code(server: Server, made: Made) -> tuple[str, dict[str, object]]:
    """The page that asks a user for access, and what the application gets once they have allowed it."""
    ask = {"client_id": made.client_id, "redirect_uri": CALLBACK, "prompt": "consent"}
    url = authorization_url(server, **ask, code_challenge=CHALLENGE, code_challenge_method="S256")
    with Person(server) as guest:
        consent = guest.sign_in(server.user("partial"), guest.go(url))
        code = guest.answer(guest.submit(consent, "/authorize/", answer="allow"))["code"]
    answer = exchange(
        server,
        code,
        client_id=made.client_id,
        client_secret=made.secret,
        redirect_uri=CALLBACK,
        code_verifier=VERIFIER,
    )
    assert answer.status_code == 200, answer.text
    return consent.text, answer.json()


def test_confidential(server: Server, owner: Person) -> None:
    made = Made(owner, **CONFIDENTIAL)
    assert made.sections == FOR_PEOPLE
    assert "It asks people for access to what is theirs. Access lasts until they end it" in made.says
    assert "acts as itself" not in made.says
    assert list(made.examples) == ["Authorization URL", "curl", "Python", "JavaScript", "Node with discovery"]
    assert "Shop Confidential" in row(owner, made)
    consent, tokens = answer_to_code(server, made)
    assert "Until you end it" in consent
    assert "refresh_token" in tokens


def test_a_form_that_says_no_more_than_the_contract_does_makes_a_confidential_one(owner: Person) -> None:
    made = Made(owner, name="Shop", description="Sells.", redirect_uris=CALLBACK)
    assert made.secret
    assert "Access lasts until they end it" in made.says


def test_public(server: Server, owner: Person) -> None:
    made = Made(owner, **PUBLIC)
    assert made.secret is None
    assert made.sections == FOR_PEOPLE
    assert "Access is over when its token expires, after 1 hour; then it asks again." in made.says
    assert "grant_type=refresh_token" not in made.examples["curl"]
    assert "Shop Public" in row(owner, made)
    consent, tokens = answer_to_code(server, made)
    assert "For 1 hour" in consent
    assert "refresh_token" not in tokens


def test_public_that_stays_connected(server: Server, owner: Person) -> None:
    made = Made(owner, **PUBLIC, stays="yes")
    assert made.secret is None
    assert "It stays connected for a while, or until they end it" in made.says
    assert "grant_type=refresh_token" in made.examples["curl"]
    assert "client_secret" not in made.examples["curl"]
    consent, tokens = answer_to_code(server, made)
    assert "For 1 month" in consent
    again = owner.http.post(
        "/oauth2/token",
        data={
            "grant_type": "refresh_token",
            "client_id": made.client_id,
            "refresh_token": str(tokens["refresh_token"]),
        },
    ).json()
    assert again["refresh_token"] != tokens["refresh_token"]


def test_only_itself(owner: Person) -> None:
    made = Made(owner, **ITSELF, own_scope=["read", "recordings_delete"])
    assert made.sections == FOR_MACHINES
    assert "It acts as itself, without a user, on what belongs to North Farm." in made.says
    assert "asks people" not in made.says
    assert "see your cameras' names and settings" in made.says
    assert "A deleted recording can't be brought back." in made.says
    assert list(made.examples) == ["As itself: curl", "As itself: Python"]
    assert "Shop Confidential Acts as itself" in row(owner, made)
    assert "It asks nobody" in row(owner, made)


def test_for_people_and_as_itself(owner: Person) -> None:
    made = Made(owner, **{**ITSELF, "redirect_uris": CALLBACK}, own_scope="events")
    assert made.sections == FOR_PEOPLE
    assert "Access lasts until they end it" in made.says
    assert "It acts as itself, without a user" in made.says
    assert list(made.examples)[5:] == ["As itself: curl", "As itself: Python"]


def test_resource_server(owner: Person) -> None:
    made = Made(owner, **RESOURCE_SERVER)
    assert made.secret
    assert made.sections == FOR_MACHINES
    assert "It asks whether a token is good" in made.says
    assert "it can’t ask about tokens any more" in made.says
    assert list(made.examples) == ["curl", "Python", "The answers"]
    assert "Weather Resource server" in row(owner, made)


def test_what_belongs_to_another_kind_does_not_count(owner: Person) -> None:
    """A browser sends boxes that the page hides as well, with what was in them before."""
    leftovers: dict[str, str | list[str]] = {"own": "yes", "own_scope": ["read"], "stays": "yes"}
    assert "acts as itself" not in Made(owner, **{**CONFIDENTIAL, "own_scope": "read"}).says
    assert "acts as itself" not in Made(owner, **{**PUBLIC, **leftovers}).says
    assert Made(owner, **{**RESOURCE_SERVER, **leftovers, "redirect_uris": "nonsense"}).sections == FOR_MACHINES


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({**CONFIDENTIAL, "kind": "secret"}, "kind", "Choose one of these."),
        ({**CONFIDENTIAL, "redirect_uris": ""}, "redirect_uris", "Enter at least one address, one on each line."),
        ({**PUBLIC, "redirect_uris": " \n"}, "redirect_uris", "Enter at least one address, one on each line."),
        (ITSELF, "own_scope", "Choose at least one right that the application has as itself."),
        ({**ITSELF, "own_scope": "fly"}, "own_scope", "Choose from: "),
        ({**RESOURCE_SERVER, "name": ""}, "name", "Enter a name."),
    ],
)
def test_a_fault_stands_at_its_field(owner: Person, fields: dict[str, str], field: str, says: str) -> None:
    answer = send(owner, **fields)
    faults = refused(answer)
    assert set(faults) == {field}
    assert faults[field].startswith(says)


def test_a_form_that_is_refused_keeps_what_was_chosen(owner: Person) -> None:
    def ticked(**fields: str | list[str]) -> set[str]:
        inputs = document(send(owner, **{**fields, "name": ""}).text).every("input")
        return {one.attributes["id"] for one in inputs if "checked" in one.attributes}

    assert ticked(**ITSELF, own_scope=["events", "write"]) == {
        "kind-confidential",
        "own",
        "right-events",
        "right-write",
    }
    assert ticked(**PUBLIC, stays="yes") == {"kind-public", "stays"}
    assert ticked(**RESOURCE_SERVER) == {"kind-resource_server"}


def test_kind_and_abilities_stay_when_it_is_edited(owner: Person) -> None:
    made = Made(owner, **ITSELF, own_scope="read")
    form = owner.go(f"{made.url}/edit")
    assert "Kind: Confidential" in form.text
    assert "Its rights as itself: Names and settings." in form.text
    names = {one.attributes.get("name") for one in document(form.text).every("input", "textarea")}
    assert names == {"csrf", "name", "description"}
    changes = {"kind": "public", "own_scope": "write", "redirect_uris": CALLBACK}
    saved = owner.submit(form, f"{made.url}/edit", name="Store", description="", **changes)
    assert "The changes are saved." in saved.text
    assert "It acts as itself" in saved.text
    assert "rename your cameras" not in saved.text
    assert CALLBACK not in saved.text
    assert "Confidential" in row(owner, made)


def test_redirect_urls_can_be_edited_where_there_are_some(owner: Person) -> None:
    made = Made(owner, **{**ITSELF, "redirect_uris": CALLBACK}, own_scope="read")
    edit = f"{made.url}/edit"
    none = owner.submit(owner.go(edit), edit, name="Store", description="", redirect_uris="")
    assert set(refused(none)) == {"redirect_uris"}
    other = "https://store.example/callback"
    saved = owner.submit(owner.go(edit), edit, name="Store", description="", redirect_uris=other)
    assert other in saved.text
    assert "It acts as itself" in saved.text


def test_what_people_may_leave_out_is_said_once_and_changed_later(server: Server, owner: Person) -> None:
    made = Made(owner, **CONFIDENTIAL, optional_scope=["events", "recordings_delete"])
    assert "People may leave out, where it asks for them: Delete recordings, Events." in made.says
    page = document(owner.go(f"{made.url}/edit").text)
    boxes = [one.attributes for one in page.every("input") if one.attributes.get("name") == "optional_scope"]
    assert {one["value"] for one in boxes if "checked" in one} == {"events", "recordings_delete"}
    words = {"name": "Shop", "description": "", "redirect_uris": CALLBACK}
    changed = owner.submit(owner.go(f"{made.url}/edit"), f"{made.url}/edit", **words)
    assert "People may leave out" not in changed.text
    wrong = owner.submit(owner.go(f"{made.url}/edit"), f"{made.url}/edit", **words, optional_scope=["fly"])
    assert "Choose from" in refused(wrong)["optional_scope"]


def test_what_asks_nobody_has_nothing_to_leave_out(owner: Person) -> None:
    """The form hides the boxes then, and what a browser kept in them from before does not count."""
    for fields in (RESOURCE_SERVER, {**ITSELF, "own_scope": "read"}):
        made = Made(owner, **fields, optional_scope=["events"])
        assert "People may leave out" not in made.says
        words = {"name": "Other", "description": ""}
        changed = owner.submit(owner.go(f"{made.url}/edit"), f"{made.url}/edit", **words, optional_scope=["events"])
        assert changed.status_code == 200
        assert "People may leave out" not in changed.text
