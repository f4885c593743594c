"""Who writes: one adapter a file."""
