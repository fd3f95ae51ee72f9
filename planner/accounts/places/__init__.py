"""Where rows lie: country, postcodes, towns, coordinates, and what contradicts them."""
