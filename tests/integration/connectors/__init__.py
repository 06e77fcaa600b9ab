"""Tests of what goes out, against real servers on this machine."""
