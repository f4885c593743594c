"""Who serves a kind: adapters that submit to a vendor, and the predictions that are on their way there."""
