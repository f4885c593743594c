"""The broker, which is only a wire: the one place that knows Celery."""
