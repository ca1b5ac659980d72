"""The web studio: pages, and an API that uses the same services."""
