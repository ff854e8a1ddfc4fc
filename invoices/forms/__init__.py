"""What people type on the screens of receivables."""
