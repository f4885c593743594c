"""Replicate's API over the same jobs: a prediction is a job, a model is a kind, a file is an asset."""
