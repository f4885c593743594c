"""What is said, and how a mouth moves while saying it."""
