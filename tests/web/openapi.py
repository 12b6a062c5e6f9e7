"""The endpoints that programs call, described as OpenAPI: which parameters each takes, and what its answers look like.

Only for tests. Values that no generator could guess stand in it as words in capitals, which `filled_in` replaces.
"""

from collections.abc import Mapping
from typing import Any

FORM, JSON, HTML = "application/x-www-form-urlencoded", "application/json", "text/html"
JWT, JWT_ANSWER, JWK_SET = "application/jwt", "application/token-introspection+jwt", "application/jwk-set+json"
Schema = dict[str, Any]

# What a test puts in their place.
PLACES = ("CLIENT_ID", "CLIENT_SECRET", "API_ID", "API_SECRET", "ACCESS_TOKEN", "REFRESH_TOKEN", "CODE", "CALLBACK")
SECRET = "s3cr3t"  # what is generated as a secret holds this, so that it can be looked for where it must not be


def text(*likely: str) -> Schema:
    """Any string, and often one of these."""
    return {"anyOf": [{"enum": list(likely)}, {"type": "string", "maxLength": 60}]} if likely else {"type": "string"}


def secret(*likely: str) -> Schema:
    """A string that may be in no log."""
    generated: Schema = {"type": "string", "pattern": f"^{SECRET}[a-zA-Z0-9_.-]{{4,40}}$"}
    return {"anyOf": [{"enum": list(likely)}, generated]} if likely else generated


GRANTS = (
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
)
KINDS = (
    "urn:ietf:params:oauth:token-type:access_token",
    "urn:ietf:params:oauth:token-type:refresh_token",
    "urn:ietf:params:oauth:token-type:jwt",
)
DETAILS = ('[{"type":"camera_access","cameras":["x"]}]', "[]", "[{}]", '[{"type":1}]', "{", "null", "[[]]")
CLAIMS = ('{"id_token":{"auth_time":{"essential":true}}}', '{"userinfo":{"email":null}}', "[]", '{"id_token":[]}', "{")
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0."
JWTS = (UNSIGNED, "a.b.c", "..", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "eyJhbGciOiJIUzI1NiJ9.W10.AAAA")

CLIENT: Schema = {
    "client_id": text("CLIENT_ID", "API_ID", "https://evil.example/client.json", "http://127.0.0.1/x"),
    "client_secret": secret("CLIENT_SECRET", "API_SECRET"),
    "client_assertion_type": text("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
    "client_assertion": text(*JWTS),
}
REQUEST: Schema = {
    "response_type": text("code", "token", "code id_token", "none"),
    "client_id": CLIENT["client_id"],
    "redirect_uri": text("CALLBACK", "https://evil.example/", "javascript:alert(1)"),
    "scope": text("read", "read liveview", "openid email", "read,events", "offline_access openid"),
    "state": text("st-1"),
    "nonce": text("n-1"),
    "prompt": text("none", "login", "consent", "none login"),
    "max_age": text("0", "60", "-1", "1e9", "9" * 30),
    "response_mode": text("query", "fragment", "form_post", "jwt", "query.jwt", "web_message"),
    "display": text("page", "popup"),
    "ui_locales": text("en", "cs-CZ en", "x" * 300),
    "login_hint": text("owner@example.com"),
    "id_token_hint": text(*JWTS),
    "acr_values": text("1", "phr"),
    "claims": text(*CLAIMS),
    "authorization_details": text(*DETAILS),
    "resource": text("https://api.example.com/", "urn:x", "https://a.example/#b"),
    "code_challenge": text("a" * 43),
    "code_challenge_method": text("S256", "plain"),
    "dpop_jkt": text("a" * 43),
    "request": text(*JWTS),
    "request_uri": text("https://evil.example/request.jwt", "urn:ietf:params:oauth:request_uri:x"),
}
TOKEN: Schema = {
    **CLIENT,
    "grant_type": text(*GRANTS),
    "code": secret("CODE", "ACCESS_TOKEN"),
    "redirect_uri": REQUEST["redirect_uri"],
    "code_verifier": text("a" * 43),
    "refresh_token": secret("REFRESH_TOKEN", "ACCESS_TOKEN"),
    "scope": REQUEST["scope"],
    "resource": REQUEST["resource"],
    "authorization_details": REQUEST["authorization_details"],
    "device_code": secret(),
    "assertion": text(*JWTS),
    "subject_token": secret("ACCESS_TOKEN", *JWTS),
    "subject_token_type": text(*KINDS),
    "actor_token": secret("ACCESS_TOKEN", *JWTS),
    "actor_token_type": text(*KINDS),
    "requested_token_type": text(*KINDS),
    "audience": text("API_ID"),
}
SHOWN: Schema = {**CLIENT, "token": secret("ACCESS_TOKEN", "REFRESH_TOKEN"), "token_type_hint": text("access_token")}
LEAVE: Schema = {
    "id_token_hint": text(*JWTS),
    "client_id": CLIENT["client_id"],
    "post_logout_redirect_uri": text("https://evil.example/", "CALLBACK", "javascript:alert(1)"),
    "state": REQUEST["state"],
    "ui_locales": REQUEST["ui_locales"],
    "logout_hint": text("owner@example.com"),
}
REGISTRATION: Schema = {
    "type": "object",
    "properties": {
        "redirect_uris": {"type": "array", "items": text("https://a.example/cb", "javascript:alert(1)"), "maxItems": 3},
        "token_endpoint_auth_method": text("none", "client_secret_basic", "private_key_jwt", "tls_client_auth"),
        "grant_types": {"type": "array", "items": text(*GRANTS), "maxItems": 3},
        "response_types": {"type": "array", "items": text("code", "token"), "maxItems": 3},
        "client_name": text("A client"),
        "scope": REQUEST["scope"],
        "jwks": {"anyOf": [{"type": "object"}, {"enum": [{"keys": []}, {"keys": [{"kty": "oct", "k": "AAAA"}]}]}]},
        "jwks_uri": text("https://127.0.0.1/jwks", "http://169.254.169.254/"),
        "sector_identifier_uri": text("https://[::1]/sector"),
        "logo_uri": text("https://a.example/logo.png"),
        "id_token_signed_response_alg": text("ES256", "none", "HS256"),
        "default_max_age": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        "software_statement": text(*JWTS),
    },
}

# RFC 6749 §5.2: the form of every error that a program is told.
ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "pattern": "^[a-z_]+$"},
        "error_description": {"type": "string", "pattern": r"^[\x20\x21\x23-\x5b\x5d-\x7e]+$"},
    },
    "additionalProperties": False,
}
ISSUED: Schema = {
    "type": "object",
    "required": ["access_token", "token_type"],
    "properties": {
        "access_token": {"type": "string", "minLength": 10},
        "token_type": {"enum": ["Bearer", "DPoP"]},
        "expires_in": {"type": "integer", "minimum": 1},
    },
}
METADATA: Schema = {"type": "object", "required": ["issuer", "token_endpoint", "jwks_uri"]}


def answers(good: Mapping[str, Schema], *refusals: str) -> Schema:
    """Good answers by status, and the refusals; whoever is too many, or comes in bad times, is told so as well."""
    found: Schema = dict(good)
    for status in (*refusals, "405", "413", "429", "503"):
        found[status] = _json(ERROR)
    return found


def _json(schema: Schema) -> Schema:
    return {"description": "JSON", "content": {JSON: {"schema": schema}}}


def _page() -> Schema:
    return {"description": "A page for people", "content": {HTML: {}}}


def _operation(properties: Schema, responses: Schema, media_type: str = FORM, schema: Schema | None = None) -> Schema:
    body = schema or {"type": "object", "properties": properties}
    return {
        "requestBody": {"content": {media_type: {"schema": body}}},
        "parameters": [
            {"in": "header", "name": name, "schema": schema}
            for name, schema in (
                ("Authorization", text("Bearer ACCESS_TOKEN", "Basic eDp5", "DPoP ACCESS_TOKEN", "Basic", "Bearer")),
                ("DPoP", text(*JWTS)),
                ("Accept", text(JSON, JWT_ANSWER, "*/*")),
            )
        ],
        "responses": responses,
    }


def _without_body(responses: Schema, *places: str) -> Schema:
    """An operation on what the path and the headers name."""
    operation = _operation({}, responses)
    del operation["requestBody"]
    operation["parameters"] += [
        {"in": "path", "name": name, "required": True, "schema": text("CLIENT_ID", "x", "..")} for name in places
    ]
    return operation


def _asked(properties: Schema, responses: Schema) -> Schema:
    parameters = [{"in": "query", "name": name, "schema": schema} for name, schema in properties.items()]
    return {"parameters": parameters, "responses": responses}


def description() -> Schema:
    """All of it."""
    redirect = {"description": "On to a page of ours, or back to the application"}
    to_people: Schema = {"200": _page(), "303": redirect, "400": _page(), "429": _page(), "503": _page()}
    anything = _json({"type": "object"})
    # RFC 6750 §3.1: who shows no token at all is told of no error.
    unasked = {"401": _json({"anyOf": [ERROR, {"type": "object", "maxProperties": 0}]})}
    told = unasked | answers({"200": {"description": "Claims", "content": {JSON: {}, JWT: {}}}}, "400", "403")
    pushed = _json({"type": "object", "required": ["request_uri", "expires_in"]})
    registered = _json({"type": "object", "required": ["client_id"]})
    nothing: Schema = {"description": "Nothing more to say"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gatelodge", "version": "1"},
        "paths": {
            "/oauth2/auth": {
                "get": _asked(REQUEST, to_people),
                "post": {**_operation(REQUEST, to_people), "parameters": []},
            },
            "/oauth2/token": {"post": _operation(TOKEN, answers({"200": _json(ISSUED)}, "400", "401"))},
            "/oauth2/revoke": {"post": _operation(SHOWN, answers({"200": anything}, "400", "401"))},
            "/oauth2/introspect": {
                "post": _operation(
                    SHOWN,
                    answers(
                        {
                            "200": {
                                "description": "What is known of the token",
                                "content": {
                                    JSON: {"schema": {"type": "object", "required": ["active"]}},
                                    JWT_ANSWER: {},
                                },
                            }
                        },
                        "400",
                        "401",
                    ),
                )
            },
            "/oauth2/par": {
                "post": _operation(
                    {**REQUEST, **CLIENT},
                    answers({"201": pushed}, "400", "401"),
                )
            },
            "/oauth2/device_authorization": {
                "post": _operation(
                    {**CLIENT, "scope": REQUEST["scope"]},
                    answers({"200": _json({"type": "object", "required": ["device_code", "user_code"]})}, "400", "401"),
                )
            },
            "/oauth2/userinfo": {
                "get": _without_body(told),
                "post": _operation({"access_token": secret("ACCESS_TOKEN")}, told),
            },
            "/oauth2/grants": {"get": _without_body(unasked | answers({"200": anything}, "403"))},
            "/oauth2/grants/{id}": {
                "get": _without_body(unasked | answers({"200": anything}, "403", "404"), "id"),
                "delete": _without_body(unasked | answers({"204": nothing}, "403", "404"), "id"),
            },
            "/device": {"get": _asked({"code": text("BCDF-GHJK"), "user_code": text("BCDFGHJK")}, to_people)},
            "/oauth2/logout": {
                "get": _asked(LEAVE, to_people),
                "post": {**_operation(LEAVE, to_people), "parameters": []},
            },
            "/oauth2/register": {
                "post": _operation({}, answers({"201": registered}, "400", "401", "403", "404"), JSON, REGISTRATION)
            },
            "/oauth2/register/{id}": {
                "get": _without_body(unasked | answers({"200": registered}, "400", "403", "404"), "id"),
                "delete": _without_body(unasked | answers({"204": nothing}, "400", "403", "404"), "id"),
            },
            "/oauth2/jwks": {
                "get": {"responses": {"200": {"description": "Keys (RFC 7517 §8.5.2)", "content": {JWK_SET: {}}}}}
            },
            "/.well-known/openid-configuration": {"get": {"responses": {"200": _json(METADATA)}}},
            "/.well-known/oauth-authorization-server": {"get": {"responses": {"200": _json(METADATA)}}},
        },
    }


def filled_in(value: Any, places: Mapping[str, str]) -> Any:
    """A generated value with the words in capitals replaced by what they stand for."""
    if isinstance(value, str):
        for place, real in places.items():
            value = value.replace(place, real)
        return value
    if isinstance(value, Mapping):
        return {name: filled_in(inner, places) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled_in(inner, places) for inner in value]
    return value
