"""Queries that the explorer offers to begin with: what each is called, and the query."""

from collections.abc import Mapping

QUERIES: Mapping[str, tuple[str, str]] = {
    "cameras": (
        "My cameras",
        """{
  cameraList {
    id
    name
    online
    rights
  }
}""",
    ),
    "live": (
        "How they stand",
        """{
  cameras(first: 10) {
    totalCount
    edges {
      node {
        name
        settings { frameRate quality }
        live { pan tilt zoom light }
        snapshotUrl
      }
    }
  }
}""",
    ),
    "events": (
        "What happened",
        """{
  eventList(first: 10, kinds: ["motion", "ptz", "light"]) {
    edges {
      node { at kind by camera { name } }
    }
    pageInfo { hasNextPage endCursor }
  }
}""",
    ),
    "recordings": (
        "Recordings",
        """query ($camera: ID!) {
  recordingList(camera: $camera, first: 5) {
    edges {
      node { id startedAt seconds pictureUrl }
    }
  }
}""",
    ),
    "move": (
        "Turn and light",
        """mutation ($camera: ID!) {
  ptzMove(camera: $camera, pan: 20) {
    name
    live { pan moving }
  }
  lightSet(camera: $camera, on: true) {
    live { light }
  }
}""",
    ),
    "watch": (
        "Watch live",
        """mutation ($camera: ID!) {
  liveViewStart(camera: $camera) {
    url
    expiresAt
  }
}""",
    ),
}
