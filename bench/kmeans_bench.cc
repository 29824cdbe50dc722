// Trains k-means on MNIST and prints one JSON line a seed; bench/kmeans_quality.py and bench/kmeans_speed.py compare them
// with scikit-learn.
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
#include "sagespark/algo/kmeans/fit.h"
#include "sagespark/algo/kmeans/predict.h"

namespace {

using sagespark::Result;
using sagespark::Status;
using sagespark::ThreadPool;
using sagespark::algo::KMeansEvaluator;
using sagespark::algo::KMeansFit;
using sagespark::algo::KMeansParams;
using sagespark::algo::KMeansPredictor;
using sagespark::algo::KMeansTrainer;
using sagespark::linalg::MatrixView;

constexpr int64_t kPixels = 784;
constexpr int64_t kStreamedRows = 1000;
constexpr size_t kIdxHeader = 16;

struct Options {
  std::string data_dir;
  std::string factor = "auto";
  std::string init_method = "random";
  int64_t k = 10;
  int64_t seeds = 11;
  int64_t first_seed = 0;
  int64_t stream_copies = 0;
  int threads = 2;
};

Result<std::vector<uint8_t>> ReadPixels(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return sagespark::NotFound("No such file: " + path);
  file.ignore(kIdxHeader);
  return std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {});
}

Status TrainFromMemory(KMeansTrainer& trainer, const std::vector<float>& pixels) {
  SAGESPARK_RETURN_IF_ERROR(
      trainer.Add(MatrixView<const float>(pixels.data(), std::ssize(pixels) / kPixels, kPixels)));
  return trainer.EndEpoch();
}

// Converts piece by piece, as a channel would arrive, so that memory shows what training alone needs.
Status TrainFromStream(KMeansTrainer& trainer, const std::vector<uint8_t>& pixels, int64_t copies) {
  std::vector<float> piece(kStreamedRows * kPixels);
  for (int64_t copy = 0; copy < copies; ++copy) {
    for (size_t begin = 0; begin + piece.size() <= pixels.size(); begin += piece.size()) {
      std::copy_n(pixels.begin() + begin, piece.size(), piece.begin());
      SAGESPARK_RETURN_IF_ERROR(trainer.Add(MatrixView<const float>(piece.data(), kStreamedRows, kPixels)));
    }
  }
  return trainer.EndEpoch();
}

Status Run(const Options& options) {
  SAGESPARK_ASSIGN_OR_RETURN(const KMeansParams params,
                             sagespark::algo::ParseKMeansParams({{"k", std::to_string(options.k)},
                                                                 {"feature_dim", std::to_string(kPixels)},
                                                                 {"init_method", options.init_method},
                                                                 {"extra_center_factor", options.factor}}));
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<uint8_t> train, ReadPixels(options.data_dir + "/train-images-idx3-ubyte"));
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<uint8_t> test, ReadPixels(options.data_dir + "/t10k-images-idx3-ubyte"));
  const std::vector<float> test_rows(test.begin(), test.end());
  std::vector<float> train_rows;
  if (options.stream_copies == 0) train_rows.assign(train.begin(), train.end());
  ThreadPool pool(options.threads);
  for (int64_t seed = options.first_seed; seed < options.first_seed + options.seeds; ++seed) {
    const auto start = std::chrono::steady_clock::now();
    SAGESPARK_ASSIGN_OR_RETURN(KMeansTrainer trainer, KMeansTrainer::Create(params, seed, pool));
    SAGESPARK_RETURN_IF_ERROR(options.stream_copies == 0
                                  ? TrainFromMemory(trainer, train_rows)
                                  : TrainFromStream(trainer, train, options.stream_copies));
    SAGESPARK_ASSIGN_OR_RETURN(KMeansFit fit, trainer.Finish());
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    uint64_t hash = 14695981039346656037U;  // FNV-1a: equal models print equal.
    for (const float value : fit.model.centers.values()) {
      hash = (hash ^ std::bit_cast<uint32_t>(value)) * 1099511628211U;
    }
    const KMeansPredictor predictor(std::move(fit.model));
    KMeansEvaluator evaluator(predictor);
    SAGESPARK_RETURN_IF_ERROR(
        evaluator.Add(MatrixView<const float>(test_rows.data(), std::ssize(test_rows) / kPixels, kPixels), pool));
    fmt::print(
        "{{\"seed\": {}, \"factor\": {}, \"threads\": {}, \"rows\": {}, \"seconds\": {:.4f}, \"train_msd\": {:.1f}, "
        "\"test_msd\": {:.1f}, \"model\": \"{:016x}\", \"peak_kib\": {}}}\n",
        seed, trainer.extra_center_factor(), options.threads, trainer.rows_seen(), seconds.count(), fit.train_msd,
        evaluator.Score(sagespark::algo::EvalMetric::kMsd), hash, sagespark::bench::PeakMemoryKib());
    std::fflush(stdout);
  }
  return Status::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Trains k-means on MNIST and prints one JSON line a seed."};
  app.add_option("--data", options.data_dir, "Folder of the IDX files")->required();
  app.add_option("--factor", options.factor, "extra_center_factor")->capture_default_str();
  app.add_option("--init", options.init_method, "init_method")->capture_default_str();
  app.add_option("--k", options.k, "Centers")->capture_default_str();
  app.add_option("--seeds", options.seeds, "Number of seeds")->capture_default_str();
  app.add_option("--first-seed", options.first_seed, "First seed")->capture_default_str();
  app.add_option("--threads", options.threads, "Threads")->capture_default_str();
  app.add_option("--stream", options.stream_copies, "Feed the rows this many times over in pieces, not from memory");
  CLI11_PARSE(app, argc, argv);
  const Status status = Run(options);
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", status.error().message());
  return 1;
}
