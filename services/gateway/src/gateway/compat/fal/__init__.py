"""fal's API: ``/fal-run``, ``/fal-queue`` and ``/fal-proxy``, for its Python and JavaScript clients as they are."""
