"""The story of a job, told from the database alone: no collector, no gateway, no log need be there."""
