"""Who owns jobs, assets, keys, quota and cost."""
