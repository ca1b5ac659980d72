"""The CPU engine: cut out, relight, backdrop, darkroom."""
