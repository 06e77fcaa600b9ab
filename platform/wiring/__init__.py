"""Floor 9: builds the objects of one process from its settings."""
