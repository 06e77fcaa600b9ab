"""Definitions: reading, places, blocks, packs, schemas, reports."""
