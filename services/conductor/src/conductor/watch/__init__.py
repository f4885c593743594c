"""Predictions are looked at until they end, and the jobs that wait for them are woken."""
