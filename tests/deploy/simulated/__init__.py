"""A cluster in a few classes: an autoscaler that follows a rendered ScaledObject, pods that work, and who is taken."""
