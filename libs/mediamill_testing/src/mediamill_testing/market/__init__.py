"""A queue that buys from every vendor in the simplest way, for the tests of vendors and of the compliance suite."""
