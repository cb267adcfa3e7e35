"""The typed view of a buildspec."""
