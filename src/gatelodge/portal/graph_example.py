"""The call of the Graph API that examples end with."""

import json

QUERY = "{cameraList{name}}"


def curl(origin: str, token: str) -> str:
    """A call of the Graph API that works as it stands."""
    return (
        f"curl {origin}/api/graphql \\\n"
        f"  -H 'Authorization: Bearer {token}' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{json.dumps({'query': QUERY})}'"
    )
