"""Territory, quota, visit and commission planning."""

__version__ = "0.1.0"
