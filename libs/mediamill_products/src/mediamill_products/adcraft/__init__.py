"""Adcraft: brands and campaigns; a campaign becomes one film for each format, and several for A/B tests."""
