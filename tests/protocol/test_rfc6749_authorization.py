"""The authorization request: what is good, what is refused, and where the refusal goes (RFC 6749 §4.1.1, §4.1.2.1)."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelodge.protocol.authorization import AuthorizationRequest, RefusedRequest, read_request
from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import UntrustedRedirect
from gatelodge.protocol.parameters import MAX_FIELDS, MAX_VALUE, Parameters, read_parameters
from gatelodge.protocol.redirect_uri import find_registered
from tests.protocol.examples import (
    CHALLENGE,
    LOOPBACK_URI,
    NATIVE,
    NATIVE_ID,
    PRIVATE_URI,
    RIGHTS,
    SHOP,
    SHOP_ID,
    SHOP_PUBLIC_ID,
    SHOP_URI,
    query,
)

GOOD = {
    "response_type": "code",
    "client_id": SHOP_PUBLIC_ID,
    "redirect_uri": SHOP_URI,
    "scope": "read write",
    "state": "xyz",
}
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
OF_NATIVE = GOOD | {"client_id": public_id(NATIVE_ID), "redirect_uri": PRIVATE_URI} | PKCE
Answer = AuthorizationRequest | RefusedRequest | UntrustedRedirect


def ask(parameters: Parameters | dict[str, str], client: Client | None = SHOP) -> Answer:
    """What becomes of a request."""
    sent = parameters if isinstance(parameters, Parameters) else query(**parameters)
    return read_request(sent, client, RIGHTS)


def without(*names: str) -> dict[str, str]:
    """A good request that lacks some parameters."""
    return {name: value for name, value in GOOD.items() if name not in names}


def good(answer: Answer) -> AuthorizationRequest:
    """The request, which has to have been found good."""
    assert isinstance(answer, AuthorizationRequest), answer
    return answer


def sent_back(answer: Answer) -> RefusedRequest:
    """The refusal, which has to go back to the application's own address."""
    assert isinstance(answer, RefusedRequest), answer
    assert answer.redirect_uri == SHOP_URI
    return answer


def explained(answer: Answer) -> str:
    """What a person reads of a refusal that may go nowhere."""
    assert isinstance(answer, UntrustedRedirect), answer
    return answer.description


@pytest.mark.rfc("6749", "4.1.1", "a request names response_type, client_id, redirect_uri, scope and state")
def test_a_good_request_waits_for_its_user() -> None:
    assert good(ask(GOOD)) == AuthorizationRequest(
        client_id=SHOP_ID,
        redirect_uri=SHOP_URI,
        redirect_uri_sent=True,
        scope=frozenset({"read", "write"}),
        state="xyz",
        code_challenge=None,
        prompt=frozenset(),
    )


@pytest.mark.rfc("6749", "3.1", "parameters that are not known are ignored")
def test_an_unknown_parameter_is_ignored() -> None:
    assert ask(GOOD | {"utm_source": "mail", "access_type": "offline"}) == ask(GOOD)


@pytest.mark.rfc("6749", "3.1", "the endpoint takes the request by POST as well")
def test_a_request_in_a_form_body_is_the_same() -> None:
    in_query = query(**GOOD)
    in_body = Parameters(in_query.values, in_query.repeated, in_query.malformed)
    assert ask(in_body) == ask(in_query)


@pytest.mark.rfc("6749", "4.1.2", "state comes back exactly as it was sent")
@pytest.mark.parametrize("state", ["a b+c&d=e#f", "ř", "%41", '"<script>"', "x" * MAX_VALUE])
def test_state_is_kept_as_it_came(state: str) -> None:
    assert good(ask(GOOD | {"state": state})).state == state
    assert sent_back(ask(GOOD | {"state": state, "response_type": "token"})).state == state


@pytest.mark.rfc("6749", "4.1.1", "state may be left out, and then none comes back")
@pytest.mark.parametrize("sent", [without("state"), GOOD | {"state": ""}])
def test_without_state_none_comes_back(sent: dict[str, str]) -> None:
    assert good(ask(sent)).state is None
    assert sent_back(ask(sent | {"scope": ""})).state is None


@pytest.mark.rfc("6749", "4.1.2.1", "a request of nobody who is known goes nowhere: its person is told")
@pytest.mark.parametrize("client", [None, replace(SHOP, disabled=True)])
def test_the_request_of_an_unknown_or_disabled_application_goes_nowhere(client: Client | None) -> None:
    assert explained(ask(GOOD, client))


@pytest.mark.rfc("6749", "4.1.2.1", "without client_id nothing is sent anywhere")
@pytest.mark.parametrize("client", [None, SHOP])
@pytest.mark.parametrize("sent", [{}, without("client_id"), GOOD | {"client_id": ""}])
def test_without_client_id_the_request_goes_nowhere(sent: dict[str, str], client: Client | None) -> None:
    assert "client_id" in explained(ask(sent, client))


@pytest.mark.rfc("6749", "4.1.2.1", "a redirect_uri that is not registered is never sent to")
@pytest.mark.rfc("6749", "10.15", "the endpoint is no open redirector")
@pytest.mark.rfc("9700", "4.11", "the endpoint is no open redirector, also not with an error")
@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        f"{SHOP_URI}/",
        f"{SHOP_URI}#",
        f"{SHOP_URI}?a=b",
        "https://shop.example@evil.example/callback",
        "https://shop.example.evil.example/callback",
        "https://shop.example/callback/../../evil",
        "//shop.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        " ",
        "\0",
    ],
)
def test_an_unregistered_redirect_uri_goes_nowhere_whatever_else_is_wrong(uri: str) -> None:
    for name in ("redirect_uri", "redirect_url"):
        sent = without("redirect_uri") | {name: uri}
        for fault in ({}, {"response_type": "x"}, {"scope": '"'}, {"prompt": "none"}, {"state": ""}):
            assert "redirect_uri" in explained(ask(sent | fault))


@pytest.mark.rfc("6749", "4.1.2.1", "where client_id or redirect_uri can't be read, nothing is sent anywhere")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "redirect_url"])
@pytest.mark.parametrize("values", [b"%s=a&%s=b", b"%s=a&%s=a", b"%s=%%ff&a=%s", b"%s=" + b"x" * 5000 + b"&a=%s"])
def test_a_repeated_or_unreadable_client_id_or_redirect_uri_goes_nowhere(name: str, values: bytes) -> None:
    parts = {key: value for key, value in GOOD.items() if key != name}
    good_part = "&".join(f"{key}={value}" for key, value in parts.items()).encode("ascii")
    wrong = values % (name.encode("ascii"), name.encode("ascii"))
    for sent in (good_part + b"&" + wrong, wrong + b"&" + good_part):
        assert name in explained(ask(read_parameters(sent)))


def test_a_redirect_uri_under_both_its_names_goes_nowhere() -> None:
    assert "both" in explained(ask(GOOD | {"redirect_url": SHOP_URI}))
    assert "both" in explained(ask(GOOD | {"redirect_url": "https://evil.example/"}))


def test_too_many_parameters_go_nowhere() -> None:
    many = {f"p{number}": "1" for number in range(MAX_FIELDS)}
    assert "too many" in explained(ask(GOOD | many))
    assert "too many" in explained(ask(many | GOOD))


@pytest.mark.rfc("6749", "3.1.2.3", "redirect_uri may be left out where only one is registered")
@pytest.mark.parametrize("sent", [without("redirect_uri"), GOOD | {"redirect_uri": ""}])
def test_an_application_with_one_address_may_leave_redirect_uri_out(sent: dict[str, str]) -> None:
    request = good(ask(sent))
    assert (request.redirect_uri, request.redirect_uri_sent) == (SHOP_URI, False)


@pytest.mark.rfc("6749", "3.1.2.3", "redirect_uri is needed where several are registered, or none")
@pytest.mark.parametrize("uris", [(), (SHOP_URI, "https://shop.example/other")])
def test_an_application_with_several_addresses_or_none_may_not(uris: tuple[str, ...]) -> None:
    assert explained(ask(without("redirect_uri"), replace(SHOP, redirect_uris=uris))) == "redirect_uri is missing"


def test_redirect_url_is_another_name_of_redirect_uri() -> None:
    assert ask(without("redirect_uri") | {"redirect_url": SHOP_URI}) == ask(GOOD)


@pytest.mark.rfc("8252", "7.3", "the answer goes to the loopback port that the application listens on")
def test_the_address_that_was_sent_is_the_one_that_is_answered() -> None:
    uri = "http://127.0.0.1:51004/callback"
    assert good(ask(OF_NATIVE | {"redirect_uri": uri}, NATIVE)).redirect_uri == uri
    refused = ask(OF_NATIVE | {"redirect_uri": uri, "scope": ""}, NATIVE)
    assert isinstance(refused, RefusedRequest)
    assert refused.redirect_uri == uri


@pytest.mark.rfc("6749", "3.1.1", "response_type is required")
@pytest.mark.parametrize("sent", [without("response_type"), GOOD | {"response_type": ""}])
def test_without_response_type_the_application_is_told(sent: dict[str, str]) -> None:
    assert sent_back(ask(sent)).error.code == "invalid_request"


@pytest.mark.rfc("6749", "4.1.2.1", "another response_type than code is unsupported_response_type")
@pytest.mark.rfc("9700", "2.1.2", "the implicit grant is not served")
@pytest.mark.parametrize(
    "response_type", ["token", "id_token", "code token", "code code", "Code", "code ", "none", '"']
)
def test_no_other_response_type_is_served(response_type: str) -> None:
    assert sent_back(ask(GOOD | {"response_type": response_type})).error.code == "unsupported_response_type"


@pytest.mark.rfc("6749", "3.3", "a scope that is unknown, malformed or missing is invalid_scope")
@pytest.mark.parametrize("scope", ["", ",", "admin", "read admin", "READ", 'read"', "read\n", "read\twrite", "číst"])
def test_a_scope_that_cannot_be_granted_is_refused(scope: str) -> None:
    assert sent_back(ask(GOOD | {"scope": scope})).error.code == "invalid_scope"


def test_a_scope_may_be_separated_by_commas() -> None:
    assert ask(GOOD | {"scope": "read,write"}) == ask(GOOD)


@pytest.mark.rfc("6749", "4.1.2.1", "a parameter that comes twice is invalid_request")
@pytest.mark.parametrize("name", ["scope", "response_type", "code_challenge", "prompt", "made_up"])
def test_any_other_parameter_that_comes_twice_is_the_applications_to_hear(name: str) -> None:
    answer = sent_back(ask(query(*GOOD.items(), (name, "a"), (name, "b"))))
    assert answer.error.code == "invalid_request"
    assert answer.state == "xyz"


@pytest.mark.parametrize("value", [b"state=a", b"state=%ff", b"state=" + b"x" * 5000])
def test_a_state_that_comes_twice_or_cannot_be_read_is_not_sent_back(value: bytes) -> None:
    start = b"&".join(f"{name}={value}".encode("ascii") for name, value in without("state").items())
    sent = start.replace(b"read write", b"read") + (b"&state=xyz&" if value == b"state=a" else b"&") + value
    answer = sent_back(ask(read_parameters(sent)))
    assert (answer.error.code, answer.state) == ("invalid_request", None)


@pytest.mark.rfc("6749", "4.1.1", "a request says what went wrong first of all with who it is")
def test_faults_are_told_in_one_order() -> None:
    everything = {"client_id": SHOP_PUBLIC_ID, "redirect_uri": SHOP_URI}
    expected = [
        ("response_type", "x", "invalid_request"),
        ("response_type", "code", "unsupported_response_type"),
        ("scope", "read", "invalid_scope"),
    ]
    for name, mended, code in expected:
        assert sent_back(ask(everything)).error.code == code
        everything[name] = mended
    good(ask(everything))


URIS = st.sampled_from(
    [SHOP_URI, LOOPBACK_URI, PRIVATE_URI, "http://127.0.0.1:51004/callback", "https://evil.example/", "", "\ud7ff"]
)
SENT = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["redirect_uri", "redirect_url"]), URIS),
        st.tuples(st.sampled_from(["client_id"]), st.sampled_from([SHOP_PUBLIC_ID, public_id(NATIVE_ID), "x"])),
        st.tuples(st.sampled_from(["response_type"]), st.sampled_from(["code", "token", ""])),
        st.tuples(st.sampled_from(["scope"]), st.sampled_from(["read", "read,write", "admin", '"', ""])),
        st.tuples(st.sampled_from(["prompt"]), st.sampled_from(["none", "login", "none login", "x", ""])),
        st.tuples(st.sampled_from(["code_challenge"]), st.sampled_from([CHALLENGE, "x", ""])),
        st.tuples(st.sampled_from(["code_challenge_method"]), st.sampled_from(["S256", "plain", ""])),
        st.tuples(st.just("state"), st.text(max_size=9)),
        st.tuples(st.text(max_size=9), st.text(max_size=9)),
    ),
    max_size=9,
)
REQUESTS = st.one_of(SENT.map(lambda pairs: query(*pairs)), st.binary(max_size=80).map(read_parameters))


@pytest.mark.rfc("9700", "4.11", "whatever is sent, an answer goes to a registered address or nowhere")
@settings(max_examples=500)
@given(REQUESTS, st.sampled_from([None, SHOP, NATIVE, replace(SHOP, redirect_uris=()), replace(NATIVE, disabled=True)]))
def test_whatever_is_sent_an_answer_goes_to_a_registered_address_or_nowhere(
    parameters: Parameters, client: Client | None
) -> None:
    answer = ask(parameters, client)
    if isinstance(answer, UntrustedRedirect):
        return
    assert client is not None
    assert not client.disabled
    assert find_registered(client.redirect_uris, answer.redirect_uri)
    assert answer.state is None or answer.state == parameters.get("state")
    if isinstance(answer, AuthorizationRequest):
        assert parameters.fault() is None
        assert answer.client_id == client.id
        assert answer.scope
        assert answer.scope <= RIGHTS
        assert client.confidential or answer.code_challenge is not None
