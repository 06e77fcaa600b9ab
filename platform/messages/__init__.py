"""Floor 2: message templates and surveys: model, parse, check, and rendering."""
