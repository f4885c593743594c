"""A small vendor of predictions: real HTTP, a bill, and nothing else. What test.wait buys from."""
