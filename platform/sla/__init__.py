"""Floor 2: SLA policies: model, parse, check, and the clocks as a pure function of what happened."""
