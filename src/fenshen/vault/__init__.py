"""Where faces are kept: encrypted before the first write, one key per sitter and purpose."""
