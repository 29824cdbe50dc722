# make demo   sets the machine up, builds, and runs the k-means example against a local cloud
# make test   sets the machine up, builds, and runs every test
# Both do their own set-up and are quick the second time.
.PHONY: demo test bootstrap release dev clean
export PATH := $(CURDIR)/build/deps/venv/bin:$(PATH)

bootstrap:
	@tools/bootstrap

release: bootstrap
	@cmake --preset release >build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@cmake --build --preset release

dev: bootstrap
	@cmake --preset dev >build/dev.log 2>&1 || { cat build/dev.log; exit 1; }
	@cmake --build --preset dev

clean:
	rm -rf build out
