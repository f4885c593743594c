"""A thousand clients of event streams in one process, cut at random, who remember all that they were told."""
