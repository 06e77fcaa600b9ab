"""Sopwith: change your service process on a working day without fear."""

__version__ = "0.1.0"
