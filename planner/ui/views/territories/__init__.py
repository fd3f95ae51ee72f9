"""What the page Territories is made of: tools, answers of jobs, the map, the rest."""
