"""Estimates: what a job would cost and take."""
