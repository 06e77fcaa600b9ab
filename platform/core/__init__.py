"""Floor 0: the values that every other package speaks in. No I/O, no clock, no framework."""
