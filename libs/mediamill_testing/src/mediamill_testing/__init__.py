"""The pytest plugin: real databases, factories, vendor servers, compliance suites."""
