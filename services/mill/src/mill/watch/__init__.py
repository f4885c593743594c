"""Watching a job and the jobs below it: one model of what is known, shown as a live tree or as plain lines."""
