"""The gate's checks, by what they look at. Their order stands in ``messaging/gate.py``."""
