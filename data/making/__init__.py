"""The parts of `data/generate.py`: how the committed data were made."""
