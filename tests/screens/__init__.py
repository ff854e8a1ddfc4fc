"""Pictures of every screen, made from a running demo: ``make screens``."""
