"""The smallest product: it sells steps, notes each order in a text, and refuses in capitals."""
