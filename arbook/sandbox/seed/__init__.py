"""placeholder"""
def plant(sandbox, *, number=1, today=None):
    return {}
def bulk(books, invoices=1000, open=None):
    return 0
