"""Where things are: boundaries, neighbours, distances, shapes, travel times."""
