"""No tables of its own; Django tells the end of migrations only to apps that have this file."""
