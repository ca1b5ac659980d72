"""Long work: what waits, in whose turn, who is at it, when it will be ready, and that it survives whoever dies."""
