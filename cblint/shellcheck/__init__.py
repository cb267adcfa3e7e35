"""What ShellCheck says of the commands, if it is asked.

program.py is the program, scripts.py what it is given, answers.py what it has said already, and rules.py makes rules of
that for the engine.
"""
