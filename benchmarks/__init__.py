"""``make bench``: queries and time of the busiest pages, on SQLite and PostgreSQL."""
