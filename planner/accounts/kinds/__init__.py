"""What rows of each kind must hold: accounts, people, deals, areas, market values."""
