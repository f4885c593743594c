"""Endpoints of webhooks, what was sent to them, and sending it again."""
