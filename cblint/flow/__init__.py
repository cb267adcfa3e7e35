"""The build on paper: what each command item does to variables, directory and files, and how it can end."""
