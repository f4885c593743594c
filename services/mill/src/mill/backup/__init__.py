"""Backups: a snapshot of the database and the bytes that it names; and the way back."""
