"""Sign in and out, one's sessions and password."""
