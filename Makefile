# Impasto in two commands; both install what is missing first and say what they do.
#   make demo   builds everything, makes a plate and repaints it
#   make test   builds everything and runs every test of every language
# For those who change it:
#   make lint   looks at every language by a few rules

BUILD := build
JOBS  := $(shell nproc)

# What golang.sh fetched, or Go by itself.
export PATH := $(abspath $(BUILD))/toolchain/bin:$(PATH)
export GOTOOLCHAIN ?= auto

MAKEFLAGS += --no-print-directory

.PHONY: demo test lint build fuzz clean

demo: build
	cmake --build $(BUILD) --target demo

build:
	@cmake/setup.sh build $(BUILD)
	@test -f $(BUILD)/CMakeCache.txt || cmake -S . -B $(BUILD)
	cmake --build $(BUILD) --parallel $(JOBS)

# Training uses the system's PyTorch, and beside it what its pyproject.toml names.
PYTHON := $(BUILD)/python/bin/python
TRAIN_PACKAGES = $(shell python3 -c 'import tomllib; print(*tomllib.load(open("models/train/pyproject.toml", "rb"))["project"]["optional-dependencies"]["test"])')
$(PYTHON):
	@cmake/setup.sh test $(BUILD)
	/usr/bin/python3 -m venv --system-site-packages $(BUILD)/python
	$(PYTHON) -m pip install --quiet $(TRAIN_PACKAGES) || { rm -rf $(BUILD)/python; exit 1; }

test: build $(PYTHON)
	@cmake/setup.sh test $(BUILD)
	ctest --test-dir $(BUILD) --output-on-failure
	go vet ./...
	IMPASTO_NO_SKIP=1 cmake/minutely.sh go test -race -timeout 60m ./...
	$(PYTHON) -m pytest -q models/train

lint:
	@cmake/setup.sh build $(BUILD)
	@cmake/lint.sh $(BUILD)

# The decoders again, for as long as you like: make fuzz FUZZ_SECONDS=600
FUZZ_SECONDS := 60
fuzz: build
	@cmake/setup.sh test $(BUILD)
	FUZZ_SECONDS=$(FUZZ_SECONDS) ctest --test-dir $(BUILD) --output-on-failure -R fuzz
	go test ./bridge -run '^$$' -fuzz FuzzReceive -fuzztime $(FUZZ_SECONDS)s

clean:
	rm -rf $(BUILD)
