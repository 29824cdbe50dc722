// Trains a factorization machine on rows that bench/factorization_machines.py made, and prints one JSON line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "peak_memory.h"
#include "sagespark/algo/factorization_machines/fit.h"
#include "sagespark/algo/factorization_machines/predict.h"

namespace {

using sagespark::Result;
using sagespark::Status;
using sagespark::ThreadPool;
using sagespark::algo::FactorizationMachinesScores;
using sagespark::algo::FactorizationMachinesTrainer;
using sagespark::linalg::SparseRowsView;

struct Options {
  std::string data_dir;
  std::vector<std::string> hyperparameters;  ///< name=value.
  int threads = 2;
  int64_t piece_rows = 1000;
};

template <typename T>
std::vector<T> ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<T> values(static_cast<size_t>(file.tellg()) / sizeof(T));
  file.seekg(0).read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

/// Rows in memory; Piece gives some of them as a batch of a channel would be.
struct Rows {
  explicit Rows(const std::string& prefix)
      : ends(ReadAll<int64_t>(prefix + "ends")),
        indices(ReadAll<int32_t>(prefix + "indices")),
        values(ReadAll<float>(prefix + "values")),
        labels(ReadAll<float>(prefix + "labels")) {}

  SparseRowsView Piece(int64_t cols, int64_t first, int64_t count, std::vector<int64_t>& piece_ends) const {
    const int64_t begin = first == 0 ? 0 : ends[first - 1];
    const int64_t end = ends[first + count - 1];
    piece_ends.clear();
    for (int64_t row = first; row < first + count; ++row) piece_ends.push_back(ends[row] - begin);
    return {cols, piece_ends, std::span(indices).subspan(begin, end - begin), std::span(values).subspan(begin, end - begin)};
  }

  std::vector<int64_t> ends;
  std::vector<int32_t> indices;
  std::vector<float> values;
  std::vector<float> labels;
};

template <typename Body>
Status ForEachPiece(const Rows& rows, int64_t cols, int64_t piece_rows, const Body& body) {
  const int64_t count = std::ssize(rows.ends);
  std::vector<int64_t> ends;
  for (int64_t first = 0; first < count; first += piece_rows) {
    const int64_t taken = std::min(piece_rows, count - first);
    SAGESPARK_RETURN_IF_ERROR(
        body(rows.Piece(cols, first, taken, ends), std::span(rows.labels).subspan(first, taken)));
  }
  return Status::Ok();
}

uint64_t Hash(const sagespark::algo::FactorizationMachinesWeights& weights) {
  uint64_t hash = 14695981039346656037U;  // FNV-1a: equal models print equal.
  std::vector<float> scratch(weights.num_factors() + 1);
  for (int64_t feature = 0; feature < weights.feature_dim(); ++feature) {
    const float* const row = weights.Of(feature, scratch.data());
    for (int64_t i = 0; i <= weights.num_factors(); ++i) hash = (hash ^ std::bit_cast<uint32_t>(row[i])) * 1099511628211U;
  }
  return hash;
}

Status Run(const Options& options) {
  std::map<std::string, std::string> hyperparameters;
  for (const std::string& text : options.hyperparameters) {
    hyperparameters[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  SAGESPARK_ASSIGN_OR_RETURN(const auto params, sagespark::algo::ParseFactorizationMachinesParams(hyperparameters));
  const Rows train(options.data_dir + "/train-");
  const Rows test(options.data_dir + "/test-");
  const int64_t rows_kib = sagespark::bench::PeakMemoryKib();
  ThreadPool pool(options.threads);
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t processor_start = std::clock();
  SAGESPARK_ASSIGN_OR_RETURN(auto trainer, FactorizationMachinesTrainer::Create(params, 0, pool));
  for (int64_t epoch = 0; epoch < params.epochs; ++epoch) {
    SAGESPARK_RETURN_IF_ERROR(ForEachPiece(train, params.feature_dim, options.piece_rows,
                                           [&](const SparseRowsView& rows, std::span<const float> labels) {
                                             return trainer.Add(rows, labels);
                                           }));
    SAGESPARK_RETURN_IF_ERROR(trainer.EndEpoch());
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double processor_seconds = static_cast<double>(std::clock() - processor_start) / CLOCKS_PER_SEC;
  FactorizationMachinesScores scores(params.task);
  std::vector<double> margins;
  SAGESPARK_RETURN_IF_ERROR(ForEachPiece(test, params.feature_dim, options.piece_rows,
                                         [&](const SparseRowsView& rows, std::span<const float> labels) -> Status {
                                           margins.resize(labels.size());
                                           SAGESPARK_RETURN_IF_ERROR(
                                               sagespark::algo::PredictMargins(trainer.weights(), rows, pool, margins));
                                           for (size_t i = 0; i < labels.size(); ++i) scores.Add(margins[i], labels[i]);
                                           return Status::Ok();
                                         }));
  fmt::print("{{\"threads\": {}, \"rows\": {}, \"seconds\": {:.4f}, \"processor_seconds\": {:.4f}, \"features_seen\": {}, \"rows_kib\": {}, "
             "\"peak_kib\": {}, \"model\": \"{:016x}\"",
             options.threads, trainer.rows_seen(), seconds.count(), processor_seconds, trainer.features_seen(), rows_kib,
             sagespark::bench::PeakMemoryKib(), params.feature_dim > 1'000'000 ? 0 : Hash(trainer.weights()));
  for (const auto& score : scores.Named()) fmt::print(", \"{}\": {}", score.name, score.value);
  fmt::print("}}\n");
  return Status::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Trains a factorization machine on sparse rows and prints one JSON line."};
  app.add_option("--data", options.data_dir, "Folder of train- and test-{ends,indices,values,labels}")->required();
  app.add_option("--set", options.hyperparameters, "Hyperparameters, name=value");
  app.add_option("--threads", options.threads, "Threads")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Status status = Run(options);
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", status.error().message());
  return 1;
}
