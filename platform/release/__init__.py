"""Floor 3: one immutable, cross-checked, hashed set of definitions."""
