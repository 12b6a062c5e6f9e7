"""gatelodge migrate: the database's schema."""

from gatelodge.cli import out
from gatelodge.cli.running import DatabaseOption, DataDirOption, JsonOption, faults_of, quiet_logs, settings_of


def migrate(as_json: JsonOption = False, database: DatabaseOption = None, data_dir: DataDirOption = None) -> None:
    """Bring the database's schema to this version's."""
    from gatelodge.app import prepare

    with out.refusals():
        settings = settings_of(database=database, data_dir=data_dir)
        quiet_logs(settings)
        with faults_of(settings):
            schema = prepare(settings)
        if as_json:
            out.json({"before": schema.before, "now": schema.now})
        elif schema.before == schema.now:
            out.line(f"The schema is {schema.now}, as it should be; nothing was changed.")
        else:
            out.line(f"The schema was {schema.before or 'empty'} and is {schema.now} now.")
