"""What the Makefile runs: environments, the demo, checks."""
