"""What was lost is found: dead workers, deliveries that nobody claimed, times that have come."""
