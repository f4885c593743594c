"""Status facts, numbered per job."""
