"""Lists of ids in a statement, as one parameter: a placeholder for each would make a new statement of each length, and
there is an end to how many of them one may have."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, any_, bindparam, func, select


def among(column: Column[int], ids: Sequence[int], *, postgres: bool) -> ColumnElement[bool]:
    """Whether the column is one of these."""
    if postgres:
        return column == any_(bindparam("ids", list(ids), ARRAY(BigInteger)))
    each: Any = func.json_each(json.dumps(list(ids))).table_valued("value")
    return column.in_(select(each.c.value))


def as_parameter(ids: Sequence[int], *, postgres: bool) -> Any:
    """The list as UNNEST takes it in PostgreSQL, JSON_EACH in SQLite."""
    return list(ids) if postgres else json.dumps(list(ids))
