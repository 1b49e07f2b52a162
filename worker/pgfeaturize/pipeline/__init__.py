"""The pipeline from image to vector: read → decode → preprocess → forward → collect.

ThreadPool read and decode, all cores of them by default; one more thread owns the device. So while
one batch is in the network the next is being decoded, and a batch of one waits for nothing.

    pipeline.py  what is open, who works on it, and who has been at an image for too long
    batch.py     some images on their way: each decoded once, for all networks that want it
    threads.py   threads of which one may hang
    buffers.py    blocks of pixels, used again
"""

from pgfeaturize.pipeline.batch import BatchResult, EmbedRequest, Image, Outcome, Uri
from pgfeaturize.pipeline.pipeline import Pipeline

__all__ = ["BatchResult", "EmbedRequest", "Image", "Outcome", "Pipeline", "Uri"]
