"""Examples without a user: an application that acts as itself (RFC 6749 §4.4), an API that asks about tokens
(RFC 7662)."""

import json

from gatelodge.portal.graph_example import QUERY, curl
from gatelodge.portal.models import Example
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import Application

READ = "read"  # the right without which the Graph API shows nothing
ANSWER = {
    "active": True,
    "scope": "liveview read",
    "client_id": "THE_APPLICATION",
    "username": "owner@example.com",
    "token_type": "Bearer",
    "exp": 1893459600,
    "iat": 1893456000,
    "sub": "THE_USER",
    "jti": "THE_TOKENS_ID",
}


def own_token_curl(origin: str, application: Application, secret: str) -> str:
    """A token for the application itself."""
    return f"curl {origin}/oauth2/token \\\n  -u {_pair(application, secret)} \\\n  -d grant_type=client_credentials"


def own_examples(origin: str, application: Application, secret: str) -> tuple[Example, ...]:
    """From the secret to the first call, without a user."""
    return (
        Example("As itself: curl", "sh", _own_curl(origin, application, secret)),
        Example("As itself: Python", "python", _own_python(origin, application, secret)),
    )


def introspection_curl(origin: str, application: Application, secret: str) -> str:
    """A question about a token."""
    return f"curl {origin}/oauth2/introspect \\\n  -u {_pair(application, secret)} \\\n  -d token=TOKEN_OF_THE_REQUEST"


def introspection_examples(origin: str, application: Application, secret: str) -> tuple[Example, ...]:
    """The question about a token, in two languages, and its answer."""
    return (
        Example("curl", "sh", introspection_curl(origin, application, secret)),
        Example("Python", "python", _introspection_python(origin, application, secret)),
        Example("The answers", "json", _answers(origin)),
    )


def _pair(application: Application, secret: str) -> str:
    return f"{public_id(application.id)}:{secret}"


def _own_curl(origin: str, application: Application, secret: str) -> str:
    rights = sorted(application.own_scope)
    fewer = f"# for fewer of them, add -d scope={rights[0]}\n" if len(rights) > 1 else ""
    ask = f"# its rights are {format_scope(rights)}\n{fewer}{own_token_curl(origin, application, secret)}"
    return f"{ask}\n\n{curl(origin, 'YOUR_ACCESS_TOKEN')}" if READ in application.own_scope else ask


def _own_python(origin: str, application: Application, secret: str) -> str:
    call = (
        'token = answer.json()["access_token"]\n\n'
        "cameras = requests.post(\n"
        f"    {json.dumps(origin + '/api/graphql')},\n"
        f"    json={json.dumps({'query': QUERY})},\n"
        '    headers={"Authorization": f"Bearer {token}"},\n'
        "    timeout=10,\n)\n"
        "print(cameras.json())"
    )
    return (
        "# pip install requests\nimport requests\n\n"
        "answer = requests.post(\n"
        f"    {json.dumps(origin + '/oauth2/token')},\n"
        '    data={"grant_type": "client_credentials"},\n'
        f"    auth=({json.dumps(public_id(application.id))}, {json.dumps(secret)}),\n"
        "    timeout=10,\n)\nanswer.raise_for_status()\n"
    ) + (call if READ in application.own_scope else 'print(answer.json()["access_token"])')


def _introspection_python(origin: str, application: Application, secret: str) -> str:
    return (
        "# pip install requests\nimport requests\n\n\n"
        "def look_up(token):\n"
        '    """What a token is good for; None where it is not good, or no more."""\n'
        "    answer = requests.post(\n"
        f"        {json.dumps(origin + '/oauth2/introspect')},\n"
        '        data={"token": token},\n'
        f"        auth=({json.dumps(public_id(application.id))}, {json.dumps(secret)}),\n"
        "        timeout=10,\n    )\n"
        "    answer.raise_for_status()\n"
        "    found = answer.json()\n"
        '    return found if found["active"] else None\n\n\n'
        'print(look_up("TOKEN_OF_THE_REQUEST"))'
    )


def _answers(origin: str) -> str:
    return f"{json.dumps(ANSWER | {'iss': origin}, indent=2)}\n\n{json.dumps({'active': False}, indent=2)}"
