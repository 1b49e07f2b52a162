"""SQLAlchemy: a featurizer as one line of a mapped class, searches as queries. Imports no torch.

declare.py     featurized(): the line in the class
embedding.py   the class that embeddings are mapped to
distance.py    distances in queries, as indexes have them
auto_join.py       queries that order by a distance get the join they need
search.py      rows that look like an image, a vector or a row
watch.py       progress, failures, wait
running.py     our statements on a session, be it sync or async
migrations/    Alembic: operations, and autogenerate
"""

from pgfeaturize.db.status import Failure, Progress
from pgfeaturize.sqlalchemy import auto_join  # noqa: F401  listens to sessions
from pgfeaturize.sqlalchemy.declare import featurized
from pgfeaturize.sqlalchemy.descriptor import Featurized
from pgfeaturize.sqlalchemy.embedding import Embedding
from pgfeaturize.sqlalchemy.progress import failures, progress, wait
from pgfeaturize.sqlalchemy.search import Match

__all__ = [
    "Embedding",
    "Failure",
    "Featurized",
    "Match",
    "Progress",
    "failures",
    "featurized",
    "progress",
    "wait",
]
