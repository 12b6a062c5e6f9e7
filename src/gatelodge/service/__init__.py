"""Use cases, one a module: load what is needed, ask protocol/ or identity/, store what they decided.

`ports.py` says what a store must be able to do, `records.py` what goes in and out of it."""
