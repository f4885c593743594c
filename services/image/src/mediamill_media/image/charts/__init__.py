"""Charts: numbers as pictures in the size of a film, readable at a glance and true to scale."""
