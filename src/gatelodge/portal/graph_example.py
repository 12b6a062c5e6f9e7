"""Calls of the Graph API, as examples show them."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

QUERY = "{cameraList{name}}"


def curl(origin: str, token: str) -> str:
    """A call of the Graph API that works as it stands."""
    return (
        f"curl {origin}/api/graphql \\\n"
        f"  -H 'Authorization: Bearer {token}' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{json.dumps({'query': QUERY})}'"
    )


def curl_of(origin: str, query: str, variables: Mapping[str, Any] | None) -> str:
    """A call of one's own, with the token in $TOKEN."""
    return (
        f"curl {origin}/api/graphql \\\n"
        '  -H "Authorization: Bearer $TOKEN" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(json.dumps(_body(query, variables)))}"
    )


def python_of(origin: str, query: str, variables: Mapping[str, Any] | None) -> str:
    """The same in Python, with the token in the environment."""
    return (
        "import os\nimport requests\n\n"
        f"answer = requests.post(\n    {f'{origin}/api/graphql'!r},\n"
        '    headers={"Authorization": f"Bearer {os.environ[\'TOKEN\']}"},\n'
        f"    json={_body(query, variables)!r},\n"
        "    timeout=10,\n)\nprint(answer.json())"
    )


def _body(query: str, variables: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"query": query} if variables is None else {"query": query, "variables": dict(variables)}
