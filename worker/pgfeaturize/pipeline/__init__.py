"""The pipeline from image to vector: read → decode → preprocess → forward → collect.

It knows no database. A pool of threads, one per core by default, reads and decodes, another fetches the images of URIs;
one more thread owns the device. So the next batch is decoded while one is in the network.

    pipeline.py          the open batches, their threads, and the time limit per image
    request.py           what is asked for, and what is returned
    batch.py             a batch: each image is decoded once, for all networks that need it
    block.py             pixels of the images of a batch, as the input of a network
    thread_pool.py       threads that can be abandoned when they hang
    buffer_pool.py       reusable blocks of pixels
    memory_budget.py     the bytes that images may take
    available_memory.py  the memory of the machine or container
"""

from pgfeaturize.pipeline.pipeline import PER_HOST, Pipeline
from pgfeaturize.pipeline.request import BatchResult, EmbedRequest, Outcome

__all__ = ["PER_HOST", "BatchResult", "EmbedRequest", "Outcome", "Pipeline"]
