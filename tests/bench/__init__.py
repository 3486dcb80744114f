"""`make bench`: builds inventories of several sizes and measures pages and exports as ratios to floors of the same run."""
