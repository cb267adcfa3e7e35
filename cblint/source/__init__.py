"""From bytes to a tree in which every node, and every character of every value, knows its place in the file."""
