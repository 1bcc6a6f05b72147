"""Graph API out: one client method for each edge, failures sorted by what to do next."""
