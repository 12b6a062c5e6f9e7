"""The words of errors: each code its own class, each description within the characters that may travel (RFC 6749)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatelodge.protocol import dpop, errors
from gatelodge.protocol.client import NOT_PROVED, TWO_WAYS, UNKNOWN
from gatelodge.protocol.client_assertion import ASSERTION_TYPE
from gatelodge.protocol.errors import InsufficientScope, InvalidGrant, OAuthError
from gatelodge.protocol.jwt_bearer import NOTHING_ALLOWED
from gatelodge.protocol.parameters import read_parameters
from gatelodge.service import possession, request_objects, requesting
from gatelodge.service.bearer import INVALID
from gatelodge.service.grants.jwt_bearer import WRONG_ASSERTION
from gatelodge.web import answers
from gatelodge.web.parameters import FORM

SRC = Path(errors.__file__).parents[1]
SPEAKABLE = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749, error_description
CLASSES = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, OAuthError) and one is not OAuthError
]
NAMES = {one.__name__ for one in CLASSES}

# What stands between the fixed words of a description, other than words that are checked where they are made.
FILLED_IN = {
    "_known(repeated)",  # names of parameters that are ours: tested below
    "_known(malformed)",
    "FORM",  # application/x-www-form-urlencoded
    "', '.join(self.grants)",  # the grant types that are served
    "ASSERTION_TYPE",  # a URN
    "SCOPE",  # that every call of the Graph API needs
    "scope",  # the name of the scope that a resource of ours asks for
    "MAX_OBJECTS",  # numbers
    "MAX_CAMERAS",
    "TYPE",  # camera_access
    "', '.join(MODES)",  # response modes
    "', '.join(SIGNED)",
    "refusal.whose",  # token or user
    "refusal.right",  # the name of a right
    "name",  # of a member of client metadata, as our own tables have it
    "min(wrong)",  # likewise
}
PASSED_ON = {
    "fault.description",
    "UNKNOWN",
    "NOTHING_ALLOWED",
    "WRONG_ASSERTION",
    "WRONG_TOKEN",
    "named",  # what is wrong with a metadata document
    "INVALID",
    "NOT_PROVED",
    "TWO_WAYS",
    "MALFORMED",
    "request.description",
    "UNREADABLE",
    "UNVERIFIED",
    "USED",
    "UNKNOWN_URI",
    "MUST_PUSH",
    "MUST_SIGN",
    "text",
}  # whose words are tested below


def descriptions() -> Iterator[tuple[str, ast.expr]]:
    """Each place in the source where an error is made, and the expression that describes it."""
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2]
                if name in NAMES:
                    yield f"{path.relative_to(SRC)}:{node.lineno}", node.args[0]


SITES = list(descriptions())


def spoken(description: ast.expr) -> list[str]:
    """The fixed words of a description; what is filled in has to be known."""
    match description:
        case ast.Constant(value=str(words)):
            return [words]
        case ast.JoinedStr(values=parts):
            fillings = {ast.unparse(part.value) for part in parts if isinstance(part, ast.FormattedValue)}
            assert fillings <= FILLED_IN, fillings
            return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        case ast.IfExp(body=one, orelse=other):
            return spoken(one) + spoken(other)
        case _:
            assert ast.unparse(description) in PASSED_ON, ast.unparse(description)
            return []


@pytest.mark.rfc("6749", "4.1.2.1", "a description holds printable ASCII, no quote and no backslash")
@pytest.mark.rfc("6749", "5.2", "a description holds printable ASCII, no quote and no backslash")
@pytest.mark.rfc("6750", "3", "a description holds printable ASCII, no quote and no backslash")
def test_every_description_can_travel() -> None:
    assert len(SITES) > 40
    for where, description in SITES:
        for words in spoken(description):
            assert SPEAKABLE.fullmatch(words), f"{where}: {words}"


def test_the_constant_words_can_travel() -> None:
    for words in (
        UNKNOWN,
        NOTHING_ALLOWED,
        WRONG_ASSERTION,
        NOT_PROVED,
        TWO_WAYS,
        ASSERTION_TYPE,
        INVALID,
        dpop.MALFORMED,
        possession.MALFORMED,
        request_objects.UNREADABLE,
        request_objects.UNVERIFIED,
        request_objects.USED,
        requesting.UNKNOWN_URI,
        requesting.MUST_PUSH,
        requesting.MUST_SIGN,
        FORM,
        *(error.description for error, _ in answers._REFUSALS.values()),
    ):
        assert SPEAKABLE.fullmatch(words)


@pytest.mark.parametrize("sent", [b'"=1&"=2', b"%0A=1&%0A=2", b"%C4%8D=1&%C4%8D=2", b"state=1&state=2&\\=1&\\=2"])
def test_a_made_up_name_does_not_get_into_a_description(sent: bytes) -> None:
    fault = read_parameters(sent).fault()
    assert fault is not None
    assert SPEAKABLE.fullmatch(fault.description)


@pytest.mark.rfc("6749", "5.2", "an error code is made of the same characters")
@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_code_can_travel_and_has_a_status_of_an_error(error: type[OAuthError]) -> None:
    assert re.fullmatch("[a-z_]+", error.code)
    assert 400 <= error.status < 600


@pytest.mark.rfc("6749", "5.2", "the codes of the token endpoint")
@pytest.mark.rfc("6749", "4.1.2.1", "the codes of the authorization endpoint")
@pytest.mark.rfc("6750", "3.1", "the codes of a protected resource")
@pytest.mark.rfc("8628", "3.5", "the codes for a device that waits")
@pytest.mark.rfc("9449", "12.2", "the codes for proofs")
@pytest.mark.rfc("9101", "7", "the codes for request objects")
@pytest.mark.rfc("7591", "3.2.2", "the codes of a registration that is refused")
@pytest.mark.rfc("9396", "5", "the code for authorization_details that are refused")
@pytest.mark.rfc("OpenID Connect Core", "3.1.2.6", "the codes of a request that may ask nothing")
def test_the_codes_are_those_of_the_specifications() -> None:
    assert {error.code: error.status for error in CLASSES if error is not errors.TooManyRequests} == {
        "invalid_request": 400,
        "invalid_scope": 400,
        "invalid_client": 401,
        "invalid_grant": 400,
        "unauthorized_client": 400,
        "unsupported_grant_type": 400,
        "unsupported_response_type": 400,
        "access_denied": 400,
        "server_error": 500,
        "temporarily_unavailable": 503,
        "authorization_pending": 400,
        "slow_down": 400,
        "expired_token": 400,
        "login_required": 400,
        "consent_required": 400,
        "invalid_authorization_details": 400,
        "invalid_request_object": 400,
        "invalid_request_uri": 400,
        "request_uri_not_supported": 400,
        "unmet_authentication_requirements": 400,
        "invalid_dpop_proof": 400,
        "use_dpop_nonce": 400,
        "invalid_target": 400,
        "invalid_token": 401,
        "insufficient_scope": 403,
        "insufficient_user_authentication": 401,
        "invalid_redirect_uri": 400,
        "invalid_client_metadata": 400,
    }


def test_what_is_for_the_log_is_kept_apart() -> None:
    error = InvalidGrant("unknown code", log="the code was issued to another application")
    assert (str(error), error.description) == ("unknown code", "unknown code")
    assert error.log == "the code was issued to another application"
    lacking = InsufficientScope("the token lacks a scope", scope="read", log="x")
    assert (lacking.scope, lacking.log, InvalidGrant("a").log) == ("read", "x", "")
