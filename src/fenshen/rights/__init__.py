"""What people are owed: consent before pixels, a list of what is kept, erasure, and a receipt for it."""
