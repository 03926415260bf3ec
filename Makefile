# Everything a developer does, one command each. `make` lists them.
#   make run ARGS="--listen 0.0.0.0:8080"     passes further options to `rimay serve`
#   make clients ARGS="gdal docs:sh,r"        tries only these

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

export CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
# Node.js where the system's is too old (see setup.sh), and Rust where the shell does not know it yet.
export PATH := $(CARGO_TARGET_DIR)/tools/node/bin:$(PATH):$(HOME)/.cargo/bin

debug_rimay := $(CARGO_TARGET_DIR)/debug/rimay
release_rimay := $(CARGO_TARGET_DIR)/release/rimay

# Each stamp lies beside what it vouches for, never in the target directory, which may serve several clones.
web_modules := web/node_modules/.package-lock.json
demo_modules := fixtures/demo/node_modules/.package-lock.json
client_modules := tests/clients/node_modules/.package-lock.json
web_built := web/dist/index.html
demo_built := fixtures/demo/build/.stamp
files_of = $(shell find $(1) -type d \( -name node_modules -o -name dist -o -name build -o -name basemap -path '*/public/*' \) -prune -o -type f -print)

# Runs the rest of the line with DATABASE_URL set to an empty database, which is gone afterwards. What the
# caller's environment says about a database or a server must not reach the tests: they would write to it.
with_database = directory=$$(mktemp -d); trap 'rm -rf "$$directory"' EXIT; \
	env $(addprefix -u ,DATABASE_URL PGOPTIONS $(filter RIMAY_%,$(filter-out RIMAY_PG_BIN RIMAY_TEST_SEED,$(.VARIABLES)))) \
	$(debug_rimay) --data-dir "$$directory" database exec --

.PHONY: help setup setup-tests setup-clients run test clients bench peers check demo sql clean

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## Install what is missing on this machine
	@./setup.sh

setup-tests:
	@./setup.sh --tests

setup-clients:
	@./setup.sh --clients

run: setup $(web_built) ## Serve the map with demonstration data
	cargo build --release
	@exec $(release_rimay) serve --demo-data fixtures/demo/build $(ARGS)

test: setup-tests check $(web_built) $(client_modules) ## Run all tests: Rust, database, web, browser, GDAL
	npm --prefix fixtures/demo test
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps
	cargo build
	$(with_database) cargo test
	$(with_database) env RIMAY=$(debug_rimay) tests/journeys.sh
	$(with_database) env RIMAY=$(debug_rimay) RIMAY_LOAD=5000 tests/journeys.sh
	$(with_database) env RIMAY=$(debug_rimay) tests/clients.sh gdal web_maps docs:sh,sql,html

clients: setup-clients $(web_built) $(client_modules) ## Try GDAL, QGIS, R, web maps and more, and the lines in docs/gis.md
	cargo build
	$(with_database) env RIMAY=$(debug_rimay) tests/clients.sh $(ARGS)

bench: setup $(web_built) ## Measure the server against PostGIS, and write docs/benchmarks.md
	@./setup.sh --bench
	cargo build --release
	RIMAY=$(release_rimay) tests/bench.sh

peers: setup ## Install Martin, tipg and pygeoapi, which make bench then measures too
	@./setup.sh --peers

check: setup $(web_modules) ## Format, lints and the tests that need no database
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo test --lib
	npm --prefix web run check

demo: setup $(demo_modules) ## Generate the demonstration data and the basemap anew
	npm --prefix fixtures/demo run build
	touch $(demo_built)

# Queries that changed do not compile without what this writes, so the last program that did compile
# starts the database.
sql: setup ## Refresh .sqlx after changing a query or a migration
	cargo build || test -x $(debug_rimay)
	$(with_database) src/store/queries/describe.sh

clean: ## Remove all that was built or downloaded here (the database stays)
	cargo clean
	rm -rf web/node_modules web/dist web/public/basemap fixtures/demo/node_modules fixtures/demo/build tests/clients/node_modules

# `npm ci` writes this file itself, with the time of the packages.
$(web_modules) $(demo_modules) $(client_modules): %/node_modules/.package-lock.json: %/package.json %/package-lock.json | setup
	npm --prefix $* ci
	touch $@

# The fields of each layer come from the catalogue, and the basemap is written into web/public.
$(demo_built): $(demo_modules) $(call files_of,fixtures/demo) $(wildcard src/model/layers/*.toml)
	npm --prefix fixtures/demo run build
	touch $@

$(web_built): $(web_modules) $(demo_built) $(call files_of,web) $(addprefix docs/,guide.md guia.md data.md datos.md overlaps.md cruces.md method.md metodo.md gis.md sig.md)
	npm --prefix web run build
	touch $@
