"""How to talk to a vendor, not what to ask it."""
