"""Web application: upload images and find similar ones."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column

from pgfeaturize.sqlalchemy import Match, failures, featurized, progress

IMAGES = Path(os.environ["IMAGES"])
LIMIT = 10 * 2**20  # of a request
# No SVG: browsers run scripts in it.
SUFFIXES = {"image/gif": ".gif", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
STATUS = {"FZ010": 503, "FZ011": 422}  # no worker answers; the image cannot be embedded
Next = Callable[[Request], Awaitable[Response]]
engine = create_async_engine(os.environ["DATABASE_URL"])
pages = Jinja2Templates(Path(__file__).parent)


class Base(DeclarativeBase): ...


class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    path: Mapped[str]
    look = featurized("path", model=os.environ.get("MODEL", "pixels"), index="cosine", lazy="raise")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)  # creates the featurizer, too
    yield
    await engine.dispose()


async def session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as db:
        yield db


app = FastAPI(title="Similar images", lifespan=lifespan)
Database = Annotated[AsyncSession, Depends(session)]


@app.middleware("http")
async def limit(request: Request, call: Next) -> Response:
    if request.method == "POST" and int(request.headers.get("content-length", LIMIT + 1)) > LIMIT:
        async for _ in request.stream():
            pass  # browsers show a response only after they have sent everything
        return JSONResponse({"detail": f"the limit is {LIMIT >> 20} MiB"}, 413)
    return await call(request)


@app.exception_handler(DBAPIError)
async def database_error(_: Request, error: DBAPIError) -> Response:
    if status := STATUS.get(getattr(error.orig, "sqlstate", "")):
        return JSONResponse({"detail": str(error.orig).partition("\n")[0]}, status)
    raise error


@app.post("/photos", status_code=201)
async def upload(db: Database, image: UploadFile) -> dict[str, Any]:
    if image.content_type not in SUFFIXES:
        raise HTTPException(415, f"{image.content_type} is not one of {', '.join(SUFFIXES)}")
    path = IMAGES / f"{uuid4()}{SUFFIXES[image.content_type]}"
    path.write_bytes(await image.read())
    photo = Photo(title=image.filename or "", path=str(path))
    db.add(photo)
    await db.commit()
    return {"id": photo.id}


@app.get("/photos/{id}/image")
async def image(db: Database, id: int) -> Response:
    return FileResponse((await load(db, id)).path, headers={"X-Content-Type-Options": "nosniff"})


@app.get("/photos/{id}/similar")
async def similar(db: Database, id: int) -> list[dict[str, Any]]:
    if (look := (await load(db, id)).look) is None:
        raise HTTPException(409, f"photo {id} has no embedding; see /status")
    return as_json(await look.neighbors(db, 12))


@app.post("/search")
async def search(db: Database, image: UploadFile) -> list[dict[str, Any]]:
    return as_json(await Photo.look.search(db, await image.read(), 12))


@app.get("/status")
async def status(db: Database) -> dict[str, Any]:
    now = await progress(db, Photo.look)
    failed = [{"id": f.key["id"], "reason": f.reason} for f in await failures(db, Photo.look)]
    return {"progress": now, "failures": failed}


@app.get("/")
async def page(request: Request, db: Database, like: int | None = None) -> Response:
    latest = select(Photo.id, Photo.title).order_by(Photo.id.desc()).limit(60)
    found = await similar(db, like) if like else (await db.execute(latest)).all()
    return pages.TemplateResponse(request, "page.html", {"photos": found, **await status(db)})


@app.post("/")
async def submit(request: Request, db: Database, image: UploadFile, keep: bool = Form()) -> Any:
    if keep:
        await upload(db, image)
        return RedirectResponse("/", 303)
    found = await search(db, image)
    return pages.TemplateResponse(request, "page.html", {"photos": found, **await status(db)})


async def load(db: AsyncSession, id: int) -> Photo:
    if found := await db.get(Photo, id, options=[joinedload(Photo.look)]):
        return found
    raise HTTPException(404, f"there is no photo {id}")


def as_json(matches: Sequence[Match[Photo]]) -> list[dict[str, Any]]:
    return [{"id": m.item.id, "title": m.item.title, "distance": m.distance} for m in matches]
