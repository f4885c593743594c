"""Checking what a stack needs and how it is: each check answers with one finding and, if need be, what to do."""
