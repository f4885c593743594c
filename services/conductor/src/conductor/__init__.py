"""The loops that move work, each elected by a lock."""
