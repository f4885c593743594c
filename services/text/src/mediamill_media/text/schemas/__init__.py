"""Values that satisfy a JSON Schema, filled with the words of a prompt."""
