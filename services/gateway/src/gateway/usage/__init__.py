"""Usage: what a tenant has used and may still use."""
