"""What a driver's error becomes: the ports' own, or, where it is a fault of the program, itself."""

import sqlite3

import asyncpg
import pytest

from gatelodge.service.ports import NotThere, StoreUnavailable
from gatelodge.storage.errors import Conflict, ReadOnly, translated


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (asyncpg.InterfaceError("the connection is closed"), StoreUnavailable),
        (asyncpg.InternalClientError("got result for unknown protocol state"), StoreUnavailable),
        (asyncpg.exceptions.ProtocolError("unexpected message"), StoreUnavailable),
        (asyncpg.ForeignKeyViolationError("no such client"), NotThere),
        (asyncpg.SerializationError("try again"), Conflict),
        (asyncpg.ReadOnlySQLTransactionError("read only"), ReadOnly),
        (sqlite3.OperationalError("disk I/O error"), StoreUnavailable),
        (TimeoutError(), StoreUnavailable),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else type(value).__name__,
)
def test_an_error_of_the_database_becomes_the_ports_own(error: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours) as raised, translated():
        raise error
    assert type(raised.value) is ours
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    "error", [KeyError("x"), asyncpg.PostgresSyntaxError("near x"), sqlite3.ProgrammingError("x"), NotThere("x")]
)
def test_any_other_goes_on_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, translated():
        raise error
    assert raised.value is error
