"""Who makes faces talk: one adapter a file."""
