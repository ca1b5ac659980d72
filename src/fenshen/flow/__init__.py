"""START HERE: one story per file."""
