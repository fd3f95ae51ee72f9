"""Who works for the company, on which territory."""
