"""Who makes what is asked for: switches, circuits, and the order in which providers serve."""
