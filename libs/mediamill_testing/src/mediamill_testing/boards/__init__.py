"""Our dashboards and rules as a real Prometheus answers them, and drawn from those answers."""
