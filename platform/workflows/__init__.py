"""Floor 2: workflows: model, parse, static soundness, and the steps a record may take."""
