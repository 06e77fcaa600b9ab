"""The tests of Sopwith."""
