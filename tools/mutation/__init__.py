"""Mutation testing: changes cblint in small ways and looks whether the tests notice."""
