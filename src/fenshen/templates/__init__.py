"""Recipes for portraits, as data."""
