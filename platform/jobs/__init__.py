"""Floor 10: Celery, which carries out one job when it is told to, and remembers nothing."""
