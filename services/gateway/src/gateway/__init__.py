"""The FastAPI edge: one door to every queue."""
