"""What whoever runs the studio can watch: counters, histograms, and what the tables say; nothing of anybody."""
