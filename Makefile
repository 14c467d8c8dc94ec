# make demo: trains RPCL-pix2seq on the built-in drawings, then samples, retrieval, a latent map
# and a report as a page.
# make test: the tests. Both make the virtual environment first if it isn't there.

VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= runs/demo

.PHONY: demo test test-slow clean-demo

demo: $(VENV)/installed
	sh demo.sh $(BIN)/python $(DEMO)

test: $(VENV)/installed
	$(BIN)/python -m pytest -m "not slow"

test-slow: $(VENV)/installed
	$(BIN)/python -m pytest -m slow

clean-demo:
	rm -rf $(DEMO)

$(VENV)/installed: requirements.txt pyproject.toml
	sh install.sh $(VENV)
	touch $@
