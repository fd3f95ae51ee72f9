"""Ours and peers on the same instances: `python -m benchmarks <name>`."""
