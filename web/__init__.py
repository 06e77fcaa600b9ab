"""Floor 10: the pages and the API, on Flask."""
