"""A chain of one's own: a real node on loopback, started when the first token is minted."""
