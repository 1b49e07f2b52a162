# make demo    set up and run the main job on real images
# make test    set up and pass all tests
# make check   linters and types
PY := .venv/bin/python
READY := .venv/.ready
# Procedures that commit cannot have a search_path: they name everything with its schema.
EMBED := INOUT embedding vector
PGSPOT := \
	--proc-without-search-path 'featurize.embed(image text,model text,$(EMBED),timeout interval)' \
	--proc-without-search-path 'featurize.embed(image bytea,model text,$(EMBED),timeout interval)' \
	--proc-without-search-path 'featurize.featurize_query(query text,image_column name,model text,into_table text,overwrite boolean,image_kind text,timeout interval)' \
	--proc-without-search-path 'featurize._embed(model text,image text,bytes bytea,$(EMBED),patience interval)'

# Importing torch takes twice as long where bytecode may not be kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench soak weights example-lenet example-digits example-faces example-folder example-app golden release clean

demo: $(READY)
	.venv/bin/pgfeaturize demo

test: $(READY)
	@$(MAKE) --no-print-directory -C extension scripts
	$(PY) -m pytest -n 2 --dist worksteal

check: $(READY)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(MAKE) --no-print-directory -C extension scripts
	.venv/bin/pgspot $(PGSPOT) extension/build/pgfeaturize--*.sql

# Measured ratios; see benchmarks/RESULTS.md.
bench: $(READY)
	$(PY) -m benchmarks

# Run workers under failures for MINUTES, then check every row.
soak: $(READY)
	$(PY) -m tests.soak --minutes "$(or $(MINUTES),3)"

# Train the shipped LeNet again from scikit-learn's digits.
weights: $(READY)
	$(PY) -m scripts.train_lenet

# What LeNet learned on some digits is worth on others; MNIST=DIR takes the real ones.
example-lenet: $(READY)
	$(PY) -m examples.lenet $(if $(MNIST),--mnist "$(MNIST)")

# From features to classifiers, in SQL; see docs/learning.md. MODEL=resnet50 takes another network,
# WEIGHTS=random spares its download, PLOTS=DIR gets images of the results.
LEARN = $(PY) examples/learn.py $(if $(MODEL),--model "$(MODEL)") $(if $(WEIGHTS),--weights "$(WEIGHTS)") \
	$(if $(PLOTS),--plots "$(PLOTS)")

example-digits: $(READY)
	$(LEARN) digits

example-faces: $(READY)
	$(LEARN) faces "$(or $(FACES),$(error say FACES=DIR, of CMU's face images))"

example-folder: $(READY)
	$(LEARN) folder "$(or $(FOLDER),$(error say FOLDER=DIR, with a folder for each class))"

# Upload images and see which look alike, on http://127.0.0.1:8000; see docs/sqlalchemy.md.
# MODEL=resnet50 takes another network, PORT=8080 another port.
example-app: $(READY)
	$(if $(MODEL),MODEL="$(MODEL)") $(if $(PORT),PORT="$(PORT)") $(PY) examples/app

# Write tests/golden/ again after a wanted change: of the schema, or of the vectors.
golden: $(READY)
	$(PY) -m pytest -q tests/integration/test_routes.py tests/unit/test_models.py --golden

# Freeze the release that the control file names; see docs/releases.md.
release:
	@$(MAKE) --no-print-directory -C extension release

$(READY): pyproject.toml constraints.txt extension/pgfeaturize.control
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	.venv/bin/uv pip install --quiet --python $(PY) --constraint constraints.txt --editable . --group dev
	touch $@

clean:
	rm -rf .venv extension/build .pgfeaturize
