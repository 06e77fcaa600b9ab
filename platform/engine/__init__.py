"""Floor 4: what one command changes, and why."""
