"""How fast, against whom: `make bench`. The method is in docs/performance.md."""
