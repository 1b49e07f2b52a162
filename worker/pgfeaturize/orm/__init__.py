"""SQLAlchemy: a featurizer as one line of a mapped class, searches as queries. Imports no torch.

declare.py     featurized(): the line in the class
embedding.py   the class that embeddings are mapped to
distance.py    distances in queries, as indexes have them
joins.py       queries that order by a distance get the join they need
search.py      rows that look like a picture, a vector or a row
watch.py       progress, failures, wait
running.py     our statements on a session, be it sync or async
migrations/    Alembic: operations, and autogenerate
"""

from pgfeaturize.orm import joins  # noqa: F401  listens to sessions
from pgfeaturize.orm.declare import featurized
from pgfeaturize.orm.embedding import Embedding
from pgfeaturize.orm.look import Look
from pgfeaturize.orm.search import Match
from pgfeaturize.orm.watch import Failure, Progress, failures, progress, wait

__all__ = [
    "Embedding",
    "Failure",
    "Look",
    "Match",
    "Progress",
    "failures",
    "featurized",
    "progress",
    "wait",
]
