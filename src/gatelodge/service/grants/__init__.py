"""The grants of the token endpoint, a module each: load, ask protocol/, store, answer."""
