"""Template packs: plain files, one folder for each pack."""
