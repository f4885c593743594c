"""Jobs: posted, read, cancelled, tried again."""
