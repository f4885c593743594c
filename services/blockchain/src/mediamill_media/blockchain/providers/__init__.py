"""Who serves the blockchain queue's kinds."""
