"""Floor 8: what carries things out to other systems, behind the ports of runtime."""
