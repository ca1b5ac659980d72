"""Who comes in through the web, what opens an account, and whose is what."""
