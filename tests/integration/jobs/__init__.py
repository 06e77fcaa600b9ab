"""Tests of the processes that carry work out."""
