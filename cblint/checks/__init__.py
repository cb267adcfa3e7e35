"""The rules' functions: short questions to the model. They compute no position and do no I/O."""
