"""The journal: what a job has done and need never do again."""
