"""Characters: how they look, how that is kept in a picture, and how it is read back."""
