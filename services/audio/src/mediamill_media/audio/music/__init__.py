"""A small composer and its orchestra, in numpy alone."""
