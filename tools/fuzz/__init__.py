"""Many executions of targets, each a function of bytes, in search of what no example has: see ``__main__``."""
