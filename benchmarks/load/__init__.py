"""How good the load generator is: its engine, its accuracy, its streams. Each is measured from outside."""
