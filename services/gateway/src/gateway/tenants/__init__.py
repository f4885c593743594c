"""Tenants and their keys, for the operator."""
