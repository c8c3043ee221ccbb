# make demo    everything, from nothing but Python 3.11, on http://127.0.0.1:8000   (PORT=8001, RESET=1, DEMO_PASSWORD=…)
# make test    all tests on SQLite, and once more on PostgreSQL and Redis where TEST_DATABASE_URL and TEST_REDIS_URL say so
#              (what no database can change then runs once, with the second)
# make lint    style, types, layers, templates, migrations, catalogue
# make messages  collects the texts of the code into the catalogue (needs GNU gettext)
# make lock      pins anew what pyproject.toml asks for
# make bench     what every page costs in a town of 20,000 and of 200,000 matters, the sweep with 10,000 clocks due
#                among 1,000,000, and a list of 5,000 residents   (BENCH_ARGS='--sizes 5000,50000 --sweep-cases 100000 --sweep-due 2000')
# make density   how densely the code is written, beside the code it looks up to

PORT ?= 8000
RESET ?=
# three on two cores: much of a test is waiting for a browser, a server, a database
PYTEST_ARGS ?= -n 3 --dist worksteal
BENCH_ARGS ?=
OLD := 需要 Python 3.11 或更高版本（没有找到）/ Python 3.11 or newer was not found
SYSTEM_PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
BOOTSTRAP = @[ -n "$(SYSTEM_PYTHON)" ] || { echo "✗ $(OLD)" >&2; exit 1; }; \
	exec $(SYSTEM_PYTHON) -I -X utf8 minshi/bootstrap.py
BIN := .venv/bin
# The checks load the settings but keep nothing: these values guard nothing.
KEYS_FOR_CHECKS := SECRET_KEY=checks INDEX_KEY=checks MINSHI_VAR=.venv/checks \
	FIELD_KEYS=Zm9yLWNoZWNrcy1vbmx5LW5vdC1hLXNlY3JldC1rZXk=
FOR_CHECKS := env -u DATABASE_URL -u REDIS_URL $(KEYS_FOR_CHECKS)
# What is marked any_database is left to the run on PostgreSQL, where there is one.
ONCE_ELSEWHERE := $(if $(and $(TEST_DATABASE_URL),$(TEST_REDIS_URL)),TEST_ONCE_ELSEWHERE=1,-u TEST_ONCE_ELSEWHERE)

# A demo and its tests start many processes: what they run is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint messages lock bench density dev
.NOTPARALLEL:

demo:
	$(BOOTSTRAP) demo --port '$(PORT)' $(if $(filter-out 0 no false,$(RESET)),--reset)

dev:
	$(BOOTSTRAP) install --dev

test: dev
	env -u TEST_DATABASE_URL -u TEST_REDIS_URL $(ONCE_ELSEWHERE) $(BIN)/pytest $(PYTEST_ARGS)
ifneq ($(and $(TEST_DATABASE_URL),$(TEST_REDIS_URL)),)
	$(BIN)/pytest $(PYTEST_ARGS) --ignore tests/bench
	$(BIN)/pytest tests/bench  # by itself: beside other work every figure would be larger
endif

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	find templates -name '*.html' -exec $(BIN)/djade --check {} +
	@mkdir -p .venv/checks
	$(FOR_CHECKS) $(BIN)/mypy
	$(FOR_CHECKS) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/pytest -q tests/minshi/test_catalogue.py tests/minshi/test_templates.py

messages: dev
	@command -v xgettext >/dev/null || { echo "✗ 需要 GNU gettext / GNU gettext is needed" >&2; exit 1; }
	$(FOR_CHECKS) $(BIN)/python manage.py makemessages --locale zh_Hans --add-location file --no-wrap --no-obsolete \
		--ignore .venv --ignore var --ignore tests

lock: dev
	$(BIN)/uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header \
		-o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 --no-header \
		-o requirements-dev.lock

bench: dev
	env $(KEYS_FOR_CHECKS) $(BIN)/python manage.py bench $(BENCH_ARGS)

density: dev
	$(BIN)/python minshi/bench/density.py
