"""Running migrations (Alembic). Apart from what only looks where a database is: most starts find nothing to migrate,
and Alembic would be a tenth of their memory and of their time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Bring the database that `connection` leads to, in its transaction, to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
