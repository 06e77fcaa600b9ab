"""Floor 2: rules, decision tables and routing: model, parse, check, and what matches."""
