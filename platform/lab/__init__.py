"""Floor 5: change safety on the engine: a world of its own, scenarios, traces."""
