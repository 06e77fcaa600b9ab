"""Floor 7: use cases, one transaction for each command, and the jobs that follow from them."""
