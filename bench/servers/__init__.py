"""Everything that can be measured, in the order in which it is shown."""

from bench.servers.base import Server
from bench.servers.floor import Floor
from bench.servers.gatelodge import GatelodgePostgres, GatelodgeSqlite

SERVERS: tuple[type[Server], ...] = (Floor, GatelodgeSqlite, GatelodgePostgres)
