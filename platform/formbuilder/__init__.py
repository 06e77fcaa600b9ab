"""Floor 2: forms: model, parse, check, and the one evaluator of what a person filled in."""
