"""What follows from the queues' manifests: Helm values, compose services, dashboards and alert rules, as text."""
