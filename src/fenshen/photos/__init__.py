"""What came in: decode it safely, measure it, judge it, tell whether it shows the same person."""
