"""Who makes clips: one adapter a file."""
