"""Stories in YAML that people and agents play against a running simulator."""
