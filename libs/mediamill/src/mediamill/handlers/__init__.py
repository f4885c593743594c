"""What runs a kind: the decorator, the context a handler is given, and the worker around it."""
