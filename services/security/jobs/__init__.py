"""Work that is done from time to time."""
