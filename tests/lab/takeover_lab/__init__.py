"""The takeover laboratory: who leads is struck, and what its customers met is judged."""
