"""``/responses``: the same in the words of the newer API."""
