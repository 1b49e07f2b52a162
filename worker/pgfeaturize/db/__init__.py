"""The database: connections, named statements, typed rows of the queue, vectors in binary, releases.

Knows nothing of models or images.
"""
