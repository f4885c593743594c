"""Events: listed and streamed."""
