"""Fenshen (分身): a self-hosted AI portrait studio that keeps its promises. Start reading at ``flow/``."""

__version__ = "0.1.0"
