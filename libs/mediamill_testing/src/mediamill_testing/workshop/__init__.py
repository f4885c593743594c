"""Kinds that exercise every verb of the context; only the engine's own tests know them."""
