"""The digital double: its takes, how it is built, how it is kept."""
