"""Answers by mail over the whole wire: the customer's mailbox, the provider, the conversation."""
