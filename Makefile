# make run     open Snug with the starter model (in the terminal, where there is no screen)
# make test    everything that is tested
# Both do the whole set-up first: virtual environment, packages, llama.cpp, the starter model. Only what is missing.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint format bench bench-peer screenshots words package installers check-package setup setup-dev clean

run: setup
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY$$QT_QPA_PLATFORM" ]; then \
	  echo "There is no screen here to open a window on. This is Snug in the terminal:"; $(BIN)/snug chat; \
	else $(BIN)/snug; fi

test: setup-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonplatform Linux
	$(BIN)/pyright --pythonplatform Windows
	$(BIN)/pyright --pythonplatform Darwin
	$(BIN)/lint-imports --no-cache

format: setup-dev
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

bench: setup-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench

bench-peer: setup-dev
	$(BIN)/python scripts/peer.py
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench peer

screenshots: setup-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python scripts/screenshots.py

words: setup-dev
	$(BIN)/python scripts/words.py $(TO)

package: setup
	$(BIN)/python scripts/words.py --release
	$(BIN)/python installers/package.py

installers: package
	$(BIN)/python installers/linux/make.py

check-package: package
	$(BIN)/python installers/check.py

setup:
	@$(PYTHON) scripts/setup.py

setup-dev:
	@$(PYTHON) scripts/setup.py --dev

clean:
	rm -rf build .venv .pytest_cache .ruff_cache .hypothesis
