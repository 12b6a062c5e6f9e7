"""What every test may ask for."""

import pytest
from hypothesis import settings

# A slow machine is no fault of the code.
settings.register_profile("gatelodge", deadline=None)
settings.load_profile("gatelodge")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, which is what uvicorn runs us on."""
    return "asyncio"
