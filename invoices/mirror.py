"""The books as we mirror them. Being written: founder "mirror" replaces this file."""
