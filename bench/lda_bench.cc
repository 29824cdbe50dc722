// Trains LDA on documents from a file of float32 counts, rows without gaps, writes its topics as float32 and prints one JSON line;
// bench/lda.py compares them with scikit-learn.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "sagespark/algo/lda/fit.h"

namespace {

using sagespark::Result;
using sagespark::Status;
using sagespark::algo::LdaFit;
using sagespark::algo::LdaParams;
using sagespark::algo::LdaTrainer;
using sagespark::linalg::Matrix;

struct Options {
  std::string documents;
  std::string topics_out;
  LdaParams params;
  uint64_t seed = 0;
  int threads = 2;
};

Result<Matrix<float>> ReadDocuments(const Options& options) {
  Matrix<float> documents(options.params.mini_batch_size, options.params.feature_dim);
  const auto bytes = static_cast<std::streamsize>(documents.values().size() * sizeof(float));
  std::ifstream file(options.documents, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(documents.view().data()), bytes)) {
    return sagespark::CorruptData("File is shorter than its documents: " + options.documents);
  }
  return documents;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Status Run(const Options& options) {
  SAGESPARK_ASSIGN_OR_RETURN(const Matrix<float> documents, ReadDocuments(options));
  sagespark::ThreadPool pool(options.threads);
  const auto start = std::chrono::steady_clock::now();
  SAGESPARK_ASSIGN_OR_RETURN(LdaTrainer trainer, LdaTrainer::Create(options.params, options.seed, pool));
  SAGESPARK_RETURN_IF_ERROR(trainer.Add(documents.view()));
  SAGESPARK_ASSIGN_OR_RETURN(const LdaFit fit, trainer.Finish({}));
  const double seconds = SecondsSince(start);
  std::ofstream out(options.topics_out, std::ios::binary);
  const auto write = [&](const std::vector<float>& values) {
    out.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
  };
  write({fit.spectral.beta.values().begin(), fit.spectral.beta.values().end()});
  write(fit.model.beta.values());
  fmt::print("{{\"seconds\": {}, \"dimensions\": {}, \"refinements\": {}}}\n", seconds, fit.spectral.dimensions,
             fit.refinement.iterations);
  return Status::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains LDA and prints how long it took.");
  Options options;
  app.add_option("documents", options.documents, "file of float32 counts")->required();
  app.add_option("topics", options.topics_out, "file to write: topics before and after refinement")->required();
  app.add_option("--rows", options.params.mini_batch_size)->required();
  app.add_option("--words", options.params.feature_dim)->required();
  app.add_option("--num-topics", options.params.num_topics)->required();
  app.add_option("--alpha0", options.params.alpha0);
  app.add_option("--seed", options.seed);
  app.add_option("--threads", options.threads);
  CLI11_PARSE(app, argc, argv);
  const Status status = Run(options);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().message().c_str());
  return status.ok() ? 0 : 1;
}
