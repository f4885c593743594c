"""One queue per media type, found and described by its manifest."""
