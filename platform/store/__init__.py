"""Floor 6: what is kept. Tables, queries and migrations, on SQLite and PostgreSQL alike."""
