"""Money that nobody needs any more is freed, and what was used is counted by day."""
