"""The native API of a Mediamill, as its command line uses it."""
