"""The blockchain queue: media as tokens, and tokens looked up."""
