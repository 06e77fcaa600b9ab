"""What customers see: ask, follow, answer."""
