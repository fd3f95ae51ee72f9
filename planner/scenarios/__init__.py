"""Variants of a plan: compared side by side, frozen and handed out."""
