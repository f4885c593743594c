"""The last look at what was made, before anybody gets it: measured against what was wanted, shared by all queues."""
