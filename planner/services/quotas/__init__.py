"""Quotas set and split."""
