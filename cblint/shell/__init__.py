"""Shell commands as trees whose every node knows its place in the file."""
