"""A balance asked, run, told and accepted."""
