"""Records that people maintain: all are listed, read, changed, retired, imported and exported in the same way."""
