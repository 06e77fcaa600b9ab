"""The server is killed in every way; nothing that was acknowledged may be lost or doubled."""
