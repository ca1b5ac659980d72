"""Work that waits its turn."""
