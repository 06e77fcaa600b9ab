"""Tests of jobs and their dispatcher, on SQLite and PostgreSQL."""
