"""A film from a brief: what ``mill demo`` asks for and what it does with the answer."""
