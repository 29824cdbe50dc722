#pragma once

namespace CLI {
class App;
}

namespace sagespark::cli {

/// Each adds a subcommand to `sagespark`. Its callback throws CLI::RuntimeError(exit code) when it fails.

/// `serve [--host 127.0.0.1] [--port N] [--data-dir DIR] [--image URI=COMMAND]... [--images FILE]... [--no-namespaces]`: the local cloud, until SIGINT or SIGTERM.
void AddServe(CLI::App& app);

/// `env [--data-dir DIR]`: shell exports that point AWS clients at the running local cloud.
void AddEnv(CLI::App& app);

/// `data mnist [--from DIR] [--region REGION] [--to DIR]`: MNIST as LibSVM into the S3 that AWS_ENDPOINT_URL names.
void AddData(CLI::App& app);

/// `clean [--older-than AGE] [--run ID] [--staging S3URI]... [--dry-run]`: deletes what runs left behind, here or on AWS.
void AddClean(CLI::App& app);

/// `coverage`: the operations of the local cloud, by service, as JSON.
void AddCoverage(CLI::App& app);

}  // namespace sagespark::cli
