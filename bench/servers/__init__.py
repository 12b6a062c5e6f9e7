"""Everything that can be measured, in the order in which it is shown."""

from bench.servers.base import Server
from bench.servers.floor import Floor
from bench.servers.gatelodge import GatelodgePostgres, GatelodgeSqlite
from bench.servers.gunicorn import AuthlibFlask, DjangoToolkit, DjangoToolkitHashing
from bench.servers.node import NodeMemory, NodeSqlite

SERVERS: tuple[type[Server], ...] = (
    Floor,
    GatelodgeSqlite,
    GatelodgePostgres,
    NodeMemory,
    NodeSqlite,
    DjangoToolkit,
    DjangoToolkitHashing,
    AuthlibFlask,
)
