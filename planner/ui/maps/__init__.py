"""Colours and names of maps; which frame becomes which map."""
