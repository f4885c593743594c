"""Who makes films: so far this machine alone."""
