"""SQLAlchemy integration: featurizers declared in mapped classes, and searches as queries.

declare.py       featurized(), and the relationship that it returns
featurizer.py    description of a declared featurizer
embedding.py     class that embeddings are mapped to
descriptor.py    methods and static type of an attribute such as Photo.look
names.py         names of featurizers and tables in statements
operand.py       featurized attributes that a query uses, and where their embeddings are
stored.py        embeddings and states of rows in queries
distance.py      distances in queries
auto_join.py     joins the embeddings to queries that use a distance
filters.py       filters of searches
search.py        searches that return mapped objects
query_vector.py  vectors that are compared with embeddings
progress.py      progress, failures and wait
session.py       statements, and functions for all kinds of sessions

Importing this package does not import torch.
"""

from pgfeaturize.db.status import Failure, Progress
from pgfeaturize.sqlalchemy import auto_join  # noqa: F401  registers a session event
from pgfeaturize.sqlalchemy.declare import Featurized, featurized
from pgfeaturize.sqlalchemy.embedding import Embedding
from pgfeaturize.sqlalchemy.progress import failures, progress, wait
from pgfeaturize.sqlalchemy.search import Match

__all__ = ["Embedding", "Failure", "Featurized", "Match", "Progress", "failures", "featurized", "progress", "wait"]
