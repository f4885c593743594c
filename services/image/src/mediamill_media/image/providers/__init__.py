"""Who makes the pictures; ``local`` needs no key, no network and no GPU."""
