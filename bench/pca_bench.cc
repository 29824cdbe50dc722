// Trains PCA on MNIST and prints one JSON line a run; bench/pca.py compares them with scikit-learn. With --components the last
// run's are written there as raw float32, feature_dim x num_components.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "peak_memory.h"
#include "sagespark/algo/pca/fit.h"

namespace {

using sagespark::Result;
using sagespark::Status;
using sagespark::ThreadPool;
using sagespark::algo::PcaFit;
using sagespark::algo::PcaParams;
using sagespark::algo::PcaTrainer;
using sagespark::linalg::MatrixView;

constexpr int64_t kPixels = 784;
constexpr int64_t kPieceRows = 1024;
constexpr size_t kIdxHeader = 16;

struct Options {
  std::string data_dir;
  std::string mode = "regular";
  std::string components_file;
  int64_t components = 50;
  int64_t extra_components = -1;
  int64_t seed = 0;
  int64_t runs = 1;
  int64_t copies = 1;
  int threads = 2;
};

/// Reads the file and trains on it as it is read: piece by piece, as a channel would arrive.
Result<PcaFit> LoadAndTrain(const Options& options, const PcaParams& params, ThreadPool& pool) {
  SAGESPARK_ASSIGN_OR_RETURN(PcaTrainer trainer, PcaTrainer::Create(params, options.seed, pool));
  std::vector<char> bytes(kPieceRows * kPixels);
  std::vector<float> piece(bytes.size());
  for (int64_t copy = 0; copy < options.copies; ++copy) {
    std::ifstream file(options.data_dir + "/train-images-idx3-ubyte", std::ios::binary);
    if (!file) return sagespark::NotFound("MNIST files do not exist: " + options.data_dir);
    file.ignore(kIdxHeader);
    while (file.read(bytes.data(), std::ssize(bytes)) || file.gcount() > 0) {
      const int64_t rows = file.gcount() / kPixels;
      for (int64_t i = 0; i < rows * kPixels; ++i) piece[i] = static_cast<float>(static_cast<uint8_t>(bytes[i]));
      SAGESPARK_RETURN_IF_ERROR(trainer.Add(MatrixView<const float>(piece.data(), rows, kPixels)));
    }
  }
  SAGESPARK_RETURN_IF_ERROR(trainer.EndEpoch());
  return std::move(trainer).Finish();
}

Status Run(const Options& options) {
  SAGESPARK_ASSIGN_OR_RETURN(const PcaParams params,
                             sagespark::algo::ParsePcaParams({{"num_components", std::to_string(options.components)},
                                                              {"feature_dim", std::to_string(kPixels)},
                                                              {"mini_batch_size", std::to_string(kPieceRows)},
                                                              {"algorithm_mode", options.mode},
                                                              {"extra_components", std::to_string(options.extra_components)}}));
  ThreadPool pool(options.threads);
  for (int64_t run = 0; run < options.runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    SAGESPARK_ASSIGN_OR_RETURN(const PcaFit fit, LoadAndTrain(options, params, pool));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    uint64_t hash = 14695981039346656037U;  // FNV-1a: equal models print equal.
    for (const float value : fit.model.components.values()) {
      hash = (hash ^ std::bit_cast<uint32_t>(value)) * 1099511628211U;
    }
    fmt::print("{{\"seconds\": {:.4f}, \"explained\": {:.9f}, \"model\": \"{:016x}\", \"peak_kib\": {}}}\n", seconds.count(),
               fit.explained_variance_ratio, hash, sagespark::bench::PeakMemoryKib());
    std::fflush(stdout);
    if (options.components_file.empty()) continue;
    const std::vector<float>& values = fit.model.components.values();
    std::ofstream(options.components_file, std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()), std::ssize(values) * 4);
  }
  return Status::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Trains PCA on MNIST and prints one JSON line a run."};
  app.add_option("--data", options.data_dir, "Folder of the IDX files")->required();
  app.add_option("--mode", options.mode, "algorithm_mode")->capture_default_str();
  app.add_option("--num-components", options.components, "num_components")->capture_default_str();
  app.add_option("--extra-components", options.extra_components, "extra_components")->capture_default_str();
  app.add_option("--components", options.components_file, "File to write the components to");
  app.add_option("--seed", options.seed, "Where random numbers start")->capture_default_str();
  app.add_option("--runs", options.runs, "Runs")->capture_default_str();
  app.add_option("--copies", options.copies, "Read the file so many times over")->capture_default_str();
  app.add_option("--threads", options.threads, "Threads")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Status status = Run(options);
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", status.error().message());
  return 1;
}
