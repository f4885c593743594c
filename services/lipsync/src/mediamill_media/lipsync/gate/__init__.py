"""The last look at a talking clip before anybody gets it."""
