"""Figures invented for what a list lacks, labelled as simulated."""
