"""Few moves: plans near today's."""
