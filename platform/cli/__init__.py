"""Floor 10: the ``sopwith`` command."""
