"""What each process of a running desk does: `trade2026 run ROLE` calls the `main` of the module ROLE."""
