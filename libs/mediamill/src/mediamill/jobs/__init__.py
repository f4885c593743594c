"""One accepted request of one kind, and everything that may move it."""
