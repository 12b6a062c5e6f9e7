"""The databases that these tests run on."""

from tests.support.fixtures import away, backend, empty_url, furnished, home, keys, store_url, stores, world

__all__ = ["away", "backend", "empty_url", "furnished", "home", "keys", "store_url", "stores", "world"]
