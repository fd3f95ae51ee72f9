"""The database itself: opening, its two kinds, migrations, protections."""
