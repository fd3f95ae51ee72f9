"""How plans are searched: seeds, annealing, neighbourhoods, coarser maps."""
