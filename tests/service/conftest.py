"""The databases that these tests run on."""

from tests.support.fixtures import (
    away,
    backend,
    cluster,
    empty_url,
    furnished,
    home,
    keys,
    own_cluster,
    store_url,
    stores,
    world,
)

__all__ = [
    "away",
    "backend",
    "cluster",
    "empty_url",
    "furnished",
    "home",
    "keys",
    "own_cluster",
    "store_url",
    "stores",
    "world",
]
