"""Queues: how they are, paused and resumed."""
