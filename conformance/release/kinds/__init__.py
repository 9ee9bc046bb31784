"""How each kind of step is judged."""
