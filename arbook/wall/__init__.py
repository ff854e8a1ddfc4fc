"""The second wall between companies, inside PostgreSQL.

The first wall is the code: every read starts with ``of(company)``. Behind it the database itself
shows a session that is ``inside`` a company nothing but that company's rows and takes no others
from it (row-level security under roles of their own), and refuses from everybody a row that points
into two companies (triggers). Which tables are walled is read off the models.
"""

from arbook.wall.session import InsideAnother, around, finished, inside, outside, settle

__all__ = ["InsideAnother", "around", "finished", "inside", "outside", "settle"]
