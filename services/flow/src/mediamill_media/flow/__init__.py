"""Briefs unfolded into graphs of jobs."""
