"""Examples with a user, who is asked for access (RFC 6749 §4.1)."""

import json
from urllib.parse import urlencode

from gatelodge.portal.examples_by_discovery import discovery_example
from gatelodge.portal.graph_example import QUERY, curl
from gatelodge.portal.models import Example
from gatelodge.protocol.client import REFRESH_TOKEN
from gatelodge.protocol.credentials import public_id
from gatelodge.service.records import Application

SCOPES = "read liveview"


def people_examples(origin: str, application: Application, secret: str | None) -> tuple[Example, ...]:
    """From the authorization URL to the first call; `secret` is None for a public application."""
    client_id, redirect_uri = public_id(application.id), application.redirect_uris[0]
    refreshes = REFRESH_TOKEN in application.grant_types
    return (
        Example("Authorization URL", "text", _authorization_url(origin, client_id, redirect_uri, secret is not None)),
        Example("curl", "sh", _curl(origin, client_id, secret, redirect_uri, refreshes)),
        Example("Python", "python", _python(origin, client_id, secret, redirect_uri)),
        Example("JavaScript", "javascript", _javascript(origin, client_id, secret, redirect_uri)),
        discovery_example(origin, client_id, secret, redirect_uri),
    )


def _authorization_url(origin: str, client_id: str, redirect_uri: str, confidential: bool) -> str:
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": "RANDOM_STATE",
    }
    if not confidential:
        parameters |= {"code_challenge": "S256_OF_YOUR_CODE_VERIFIER", "code_challenge_method": "S256"}
    return f"{origin}/oauth2/auth?{urlencode(parameters)}"


def exchange_curl(origin: str, application: Application, secret: str | None) -> str:
    """The exchange of a code, with the application's own values."""
    return _exchange(origin, public_id(application.id), secret, application.redirect_uris[0])


def _exchange(origin: str, client_id: str, secret: str | None, redirect_uri: str) -> str:
    proof = f"  -d client_secret={secret} \\\n" if secret else "  -d code_verifier=YOUR_CODE_VERIFIER \\\n"
    return (
        f"curl {origin}/oauth2/token \\\n"
        "  -d grant_type=authorization_code \\\n"
        "  -d code=CODE_FROM_THE_REDIRECT \\\n"
        f"  --data-urlencode redirect_uri={_shell(redirect_uri)} \\\n"
        f"{proof}"
        f"  -d client_id={client_id}"
    )


def _curl(origin: str, client_id: str, secret: str | None, redirect_uri: str, refreshes: bool) -> str:
    parts = [
        f"# the code from the redirect becomes an access token\n{_exchange(origin, client_id, secret, redirect_uri)}",
        curl(origin, "YOUR_ACCESS_TOKEN"),
        f"# ends the access\ncurl {origin}/oauth2/revoke -d token=YOUR_ACCESS_TOKEN",
    ]
    if refreshes:
        parts.insert(1, _refresh(origin, client_id, secret))
    return "\n\n".join(parts)


def _refresh(origin: str, client_id: str, secret: str | None) -> str:
    proof = f" \\\n  -d client_secret={secret}" if secret else ""
    says = "" if secret else "; each answer brings a new refresh token, which replaces this one"
    return (
        f"# when the access token has expired{says}\n"
        f"curl {origin}/oauth2/token \\\n"
        "  -d grant_type=refresh_token \\\n"
        "  -d refresh_token=YOUR_REFRESH_TOKEN \\\n"
        f"  -d client_id={client_id}{proof}"
    )


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _python(origin: str, client_id: str, secret: str | None, redirect_uri: str) -> str:
    pkce = "" if secret else ', code_challenge_method="S256"'
    verifier = "" if secret else ", code_verifier=verifier"
    make = "" if secret else "verifier = generate_token(48)\n"
    challenge = "" if secret else ", code_verifier=verifier"
    return (
        "# pip install authlib requests\n"
        + ("" if secret else "from authlib.common.security import generate_token\n")
        + "from authlib.integrations.requests_client import OAuth2Session\n\n"
        f"client = OAuth2Session(\n    {json.dumps(client_id)},\n"
        + (f"    {json.dumps(secret)},\n" if secret else '    token_endpoint_auth_method="none",\n')
        + f"    redirect_uri={json.dumps(redirect_uri)},\n    scope={json.dumps(SCOPES)}{pkce},\n)\n{make}"
        f"url, state = client.create_authorization_url({json.dumps(origin + '/oauth2/auth')}{challenge})\n"
        'print("Open this address:", url)\n'
        'answer = input("Paste the address that you were sent to: ")\n'
        f"token = {json.dumps(origin + '/oauth2/token')}\n"
        f"client.fetch_token(token, authorization_response=answer, state=state{verifier})\n"
        f"cameras = client.post({json.dumps(origin + '/api/graphql')}, json={json.dumps({'query': QUERY})})\n"
        "print(cameras.json())"
    )


def _javascript(origin: str, client_id: str, secret: str | None, redirect_uri: str) -> str:
    proof = f"client_secret: {json.dumps(secret)}" if secret else "code_verifier: verifier"
    return (
        f"const answer = await fetch({json.dumps(origin + '/oauth2/token')}, {{\n"
        '  method: "POST",\n'
        "  body: new URLSearchParams({\n"
        '    grant_type: "authorization_code",\n'
        '    code: new URL(location.href).searchParams.get("code"),\n'
        f"    redirect_uri: {json.dumps(redirect_uri)},\n"
        f"    client_id: {json.dumps(client_id)},\n"
        f"    {proof},\n"
        "  }),\n"
        "});\n"
        "const { access_token } = await answer.json();\n"
        f"const cameras = await fetch({json.dumps(origin + '/api/graphql')}, {{\n"
        '  method: "POST",\n'
        '  headers: { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json" },\n'
        f"  body: JSON.stringify({json.dumps({'query': QUERY})}),\n"
        "});\n"
        "console.log(await cameras.json());"
    )
