"""Outgoing webhooks: who is told of what, how a message is signed, where it may go."""
