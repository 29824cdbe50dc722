#pragma once

namespace CLI {
class App;
}

namespace sagespark::cli {

/// Each adds a subcommand to `sagespark`. Its callback throws CLI::RuntimeError(exit code) when it fails.

/// `serve [--host 127.0.0.1] [--port N] [--data-dir DIR] [--image URI=COMMAND]... [--images FILE]... [--no-namespaces] [--metrics WHO]
/// [--log-format FORMAT] [--log-level LEVEL]`: the local cloud, until SIGINT or SIGTERM.
void AddServe(CLI::App& app);

/// `env [--data-dir DIR] [--notebook | --spark [--bucket NAME]...]`: shell exports that point AWS clients at the running local cloud.
void AddEnv(CLI::App& app);

/// `data mnist [--from DIR] [--region REGION] [--to DIR]`: MNIST as LibSVM into the S3 that AWS_ENDPOINT_URL names.
void AddData(CLI::App& app);

/// `clean [--older-than AGE] [--run ID] [--staging S3URI]... [--dry-run]`: deletes what runs left behind, here or on AWS.
void AddClean(CLI::App& app);

/// `coverage`: the operations of the local cloud, by service, as JSON.
void AddCoverage(CLI::App& app);

/// `doctor [--data-dir DIR] [--output FORMAT]`: whether the local cloud and this machine are fit for use; and
/// `doctor --aws [--role ARN] [--bucket NAME] [--instance-type TYPE] [--image URI | --algorithm NAME]`: what a fit would need on AWS.
/// Exit code 1 when a check failed.
void AddDoctor(CLI::App& app);

// What follows works here and on AWS, too.

/// `status [--output FORMAT]`: who and where the caller is, and how many jobs and endpoints run.
void AddStatus(CLI::App& app);

/// `jobs [--status STATUS] [--name TEXT] [--max N] [--output FORMAT]`: training and transform jobs.
void AddJobs(CLI::App& app);

/// `logs NAME [--transform | --endpoint] [-f]`: a job's or endpoint's log.
void AddLogs(CLI::App& app);

/// `endpoints [--output FORMAT]`.
void AddEndpoints(CLI::App& app);

/// `invoke ENDPOINT FILE [--content-type TYPE] [--accept TYPE] [--variant NAME]`: one request to an endpoint.
void AddInvoke(CLI::App& app);

}  // namespace sagespark::cli
