"""What becomes of jobs and how the queues are, as numbers: for Prometheus, and for whoever scales the workers."""
