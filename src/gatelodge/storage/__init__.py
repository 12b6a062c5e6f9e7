"""The only SQL. `schema.py` is the single truth about tables; the portal's and operator's queries go through SQLAlchemy
Core, a module for each noun; `tokens_sqlite.py` is the hot path on a raw driver."""
