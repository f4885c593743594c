"""Media tasks: the kinds under the names and parameters that backends of this sort have for them."""
