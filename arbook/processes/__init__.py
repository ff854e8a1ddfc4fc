"""The processes arbook is made of, and the supervisor that keeps them together.

``python -m arbook.processes demo`` (with the simulated vendors) or ``run`` (without).
"""
