# `make help` lists the targets.
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

.PHONY: help demo test test-fast check soak bench weights example-lenet example-digits example-faces \
	example-folder example-app docs golden release clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## Set up and run the main job on real images: writes neighbors.png
	.venv/bin/pgfeaturize demo

# Worker processes that the tests start are measured, too; see [tool.coverage.run].
test: $(READY) ## Set up and run all tests on PostgreSQL 16 and 18; coverage of the package must be 90 %
	@$(MAKE) --no-print-directory -C extension scripts
	.venv/bin/coverage erase
	.venv/bin/coverage run -m pytest -n 2 --dist worksteal
	.venv/bin/coverage combine --quiet
	.venv/bin/coverage report

test-fast: $(READY) ## Run unit tests without a server, and SQL tests on PostgreSQL 18 with embeddings in tables
	@$(MAKE) --no-print-directory -C extension scripts
	$(PY) -m pytest -q -n 2 --dist worksteal -m "not slow" -k "not pg16 and not (test_sql and column)" \
		tests/unit tests/sql

check: $(READY) ## Run linters, type checks, the import ladder and the SQL security check
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(MAKE) --no-print-directory -C extension scripts
	.venv/bin/pgspot $(PGSPOT) extension/build/pgfeaturize--*.sql

soak: $(READY) ## Run workers under failures for MINUTES=3, then check every row
	$(PY) -m tests.soak --minutes "$(or $(MINUTES),3)"

bench: $(READY) ## Run the benchmarks; benchmarks/RESULTS.md explains the figures
	$(PY) -m benchmarks

weights: $(READY) ## Train the shipped LeNet again on scikit-learn's digits
	$(PY) -m scripts.train_lenet

example-lenet: $(READY) ## Transfer learning with LeNet; MNIST=DIR uses the real MNIST files
	$(PY) -m examples.lenet $(if $(MNIST),--mnist "$(MNIST)")

# MODEL=resnet50 chooses another model, WEIGHTS=random avoids its download, PLOTS=DIR writes plots.
LEARN = $(PY) examples/learn.py $(if $(MODEL),--model "$(MODEL)") $(if $(WEIGHTS),--weights "$(WEIGHTS)") \
	$(if $(PLOTS),--plots "$(PLOTS)")

example-digits: $(READY) ## Train a classifier on scikit-learn's digits, in SQL
	$(LEARN) digits

example-faces: $(READY) ## Train classifiers on the CMU face images in FACES=DIR
	$(LEARN) faces "$(or $(FACES),$(error set FACES=DIR, the directory of the CMU face images))"

example-folder: $(READY) ## Train a classifier on FOLDER=DIR, which has one folder per class
	$(LEARN) folder "$(or $(FOLDER),$(error set FOLDER=DIR, a directory with one folder per class))"

example-app: $(READY) ## Run a web application that finds similar images, on 127.0.0.1:8000
	$(if $(MODEL),MODEL="$(MODEL)") $(if $(PORT),PORT="$(PORT)") $(PY) examples/app

docs: $(READY) ## Write docs/reference/ from SQL comments and --help
	$(PY) -m scripts.build_reference

golden: $(READY) ## Rewrite tests/golden/ after an intended change of the schema or the vectors
	$(PY) -m pytest -q tests/integration/test_routes.py tests/unit/test_models.py --golden

release: ## Freeze the release that the control file names; see docs/releases.md
	@$(MAKE) --no-print-directory -C extension release

$(READY): pyproject.toml constraints.txt extension/pgfeaturize.control
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	.venv/bin/uv pip install --quiet --python $(PY) --constraint constraints.txt --editable . --group dev
	touch $@

clean: ## Remove what the other targets created
	rm -rf .venv extension/build .pgfeaturize
