# cityops-wall: `make demo` shows the wall, `make test` proves it. CONTRIBUTING.md explains the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
.PHONY: help demo test check format docs golden screenshots lock system

CITY ?= zhengzhou
PORT ?= 8050
VENV := .venv
BIN := $(VENV)/bin

help: ## this list
	grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -ts '|'

demo: $(VENV)/.runtime ## the live wall with simulated data: make demo [CITY=nanyang] [PORT=8051] [DATA_DIR=…] [RATE=…] [MAP=0]
	exec $(BIN)/python -IS dashboard/tether.py $$PPID \
	  $(BIN)/cityops demo --city $(CITY) --port $(PORT) \
	  $(if $(DATA_DIR),--data-dir $(DATA_DIR)) $(if $(RATE),--rate $(RATE)) $(if $(filter 0 no,$(MAP)),--no-map)

test: system $(VENV)/.dev ## what tests need, then `make check`
	$(MAKE) check

check: $(VENV)/.dev ## ruff format --check, ruff, mypy, import contracts, bandit, pip-audit, pytest
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	# SQL is written in the ledger alone, from names of its own: B608 watches everything else
	$(BIN)/bandit -q -ll -r dashboard layouts callbacks geo -x dashboard/bench,dashboard/ledger,dashboard/migrations
	$(BIN)/bandit -q -ll -s B608 -r dashboard/ledger dashboard/migrations
	$(BIN)/python .ci/audit
	$(BIN)/pytest -n $(or $(JOBS),2) --dist loadfile --hypothesis-profile gate

format: $(VENV)/.dev ## ruff format, ruff --fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.dev ## writes the generated pages of docs/
	$(BIN)/python -m dashboard.indicators > docs/indicators.md

golden: $(VENV)/.runtime ## six published forms from simulated years: writes docs/golden.md (slow)
	$(BIN)/python -m dashboard.bench.golden $(or $(DATA_DIR),var/golden) examples/golden docs/golden.md

screenshots: system $(VENV)/.dev ## real pictures of every scene and page, of a demo at 15:40, into docs/img/: make screenshots [CITY=…]
	$(BIN)/python -m tests.pictures docs/img $(CITY)

lock: ## pins every dependency with hashes: constraints.txt, constraints-dev.txt
	folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	python3 -m venv "$$folder"
	"$$folder/bin/pip" install --quiet uv
	pin=("$$folder/bin/uv" pip compile pyproject.toml --quiet --upgrade --universal)
	pin+=(--python-version 3.11 --group build --generate-hashes)
	pin+=(--no-emit-index-url --custom-compile-command 'make lock')
	"$${pin[@]}" --extra dev -o constraints-dev.txt
	"$${pin[@]}" -c constraints-dev.txt -o constraints.txt

# Machines: a Python that is new enough, a venv, the packages that tests talk to -----------------

$(VENV)/bin/pip:
	for python in python3 python3.13 python3.12 python3.11 python3.14; do
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
	  python=
	done
	if [ -z "$$python" ]; then
	  echo "需要 Python 3.11 或更新版本：apt install python3.11 python3.11-venv" >&2
	  echo "Python >= 3.11 not found: apt install python3.11 python3.11-venv" >&2
	  exit 1
	fi
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then
	  package=$$("$$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
	  echo "$$python 缺少 venv 模块：apt install $$package / the venv module is missing" >&2
	  exit 1
	fi
	"$$python" -m venv $(VENV)

# A stamp says which pins are installed; pip refuses any file whose hash is not in the list.
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check
$(VENV)/.runtime: constraints.txt pyproject.toml | $(VENV)/bin/pip
	echo "安装依赖 / installing $< …"
	$(INSTALL) --require-hashes -r $<
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: constraints-dev.txt pyproject.toml | $(VENV)/bin/pip
	echo "安装依赖 / installing $< …"
	$(INSTALL) --require-hashes -r $<
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.runtime

system: ## the Debian packages that tests need (installed when root)
	missing=()
	command -v chromium >/dev/null || missing+=(chromium)
	command -v redis-server >/dev/null || missing+=(redis-server)
	compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
	command -v systemd-analyze >/dev/null || missing+=(systemd)
	[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || missing+=(nginx)
	compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || missing+=(libfaketime)
	command -v pdftotext >/dev/null || missing+=(poppler-utils)
	compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || missing+=(fonts-noto-cjk)
	[ $${#missing[@]} -gt 0 ] || exit 0
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	  export DEBIAN_FRONTEND=noninteractive
	  # tests start servers of their own: none of these shall take its usual port
	  policy=/usr/sbin/policy-rc.d
	  if [ ! -e $$policy ]; then
	    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	    printf '#!/bin/sh\nexit 101\n' > $$policy && chmod 755 $$policy
	  fi
	  apt-get -qq update
	  apt-get -qq install --no-install-recommends "$${missing[@]}" >/dev/null
	else
	  echo "测试还缺 / tests also need: $${missing[*]}" >&2
	  echo "  sudo apt-get install --no-install-recommends $${missing[*]}" >&2
	  exit 1
	fi
