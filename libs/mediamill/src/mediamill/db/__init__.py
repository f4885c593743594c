"""The truth: one Postgres database."""
