# make demo: trains RPCL-pix2seq on the built-in drawings, then samples, retrieval, a latent map
# and a report as a page.
# make demo-faces: trains SC-Lmser on the built-in faces, then a report and sheets of pictures.
# make demo-sketch2image: trains both stages of Sketch-to-Image on the built-in faces, then the same.
# make demo-ia-cyclegan: IACycleGAN and its recognisers in turns, then a table of all rounds.
# make demo-contextual-gan: Contextual GAN, then photos of sketches and sketches of photos.
# make test: the tests. All make the virtual environment first if it isn't there.
# REQUIREMENTS=requirements-tf2.21.txt: any of these with TensorFlow 2.21, in .venv221.

REQUIREMENTS ?= requirements.txt
VENV ?= $(if $(filter %requirements-tf2.21.txt,$(REQUIREMENTS)),.venv221,.venv)
BIN := $(VENV)/bin
DEMO ?= runs/demo
FACES ?= runs/faces
SKETCH2IMAGE ?= runs/sketch2image
IA_CYCLEGAN ?= runs/ia_cyclegan
CONTEXTUAL_GAN ?= runs/contextual_gan

.PHONY: demo demo-faces demo-sketch2image demo-ia-cyclegan demo-contextual-gan test test-slow \
  clean-demo

demo: $(VENV)/installed
	sh demo.sh $(BIN)/python $(DEMO)

demo-faces: $(VENV)/installed
	sh demo_faces.sh $(BIN)/python $(FACES)

demo-sketch2image: $(VENV)/installed
	sh demo_sketch2image.sh $(BIN)/python $(SKETCH2IMAGE)

demo-ia-cyclegan: $(VENV)/installed
	sh demo_ia_cyclegan.sh $(BIN)/python $(IA_CYCLEGAN)

demo-contextual-gan: $(VENV)/installed
	sh demo_contextual_gan.sh $(BIN)/python $(CONTEXTUAL_GAN)

test: $(VENV)/installed
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile

test-slow: $(VENV)/installed
	$(BIN)/python -m pytest -m slow

clean-demo:
	rm -rf $(DEMO) $(FACES) $(SKETCH2IMAGE) $(IA_CYCLEGAN) $(CONTEXTUAL_GAN)

$(VENV)/installed: $(REQUIREMENTS) pyproject.toml
	sh install.sh $(VENV) $(REQUIREMENTS)
	touch $@
