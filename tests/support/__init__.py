"""Servers that tests talk to: real ones, on this machine, thrown away afterwards."""
