"""Papers: articles fetched, read for what they say in numbers, and told in their own sentences."""
