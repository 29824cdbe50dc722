#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/container/row_layout.h"
#include "sagespark/container/training/batch_reader.h"
#include "sagespark/container/training/channel.h"
#include "sagespark/container/training/training_config.h"
#include "sagespark/container/training/training_log.h"

namespace sagespark::container {

/// How a channel's rows are read.
struct ReadOptions {
  int64_t feature_dim = 0;    ///< Rows of another length are refused; 0 takes the first row's length.
  int64_t batch_rows = 5000;  ///< >= 1; the last batch has what is left.
  RowLayout layout = RowLayout::kDense;
  LabelRule labels = LabelRule::kIgnored;
};

/// What an algorithm sees of its training job.
class TrainingContext {
 public:
  /// `algorithm` and `log` outlive the context. `hyperparameters` are the given ones and, where there are none, the
  /// defaults.
  TrainingContext(const Algorithm& algorithm, ContainerPaths paths, TrainingConfig config,
                  const Hyperparameters& hyperparameters, TrainingLog& log, CancellationToken cancellation);

  const std::map<std::string, std::string>& hyperparameters() const { return hyperparameters_; }
  TrainingLog& log() { return log_; }
  const CancellationToken& cancellation() const { return cancellation_; }
  const ContainerPaths& paths() const { return paths_; }

  /// Where random numbers start: the environment variable SAGESPARK_SEED, by default 0. Fails with kInvalidArgument.
  Result<uint64_t> Seed() const;

  bool HasChannel(std::string_view name) const { return config_.FindChannel(name) != nullptr; }

  /// Fails with kInvalidArgument, naming the channels that there are, when the job has no such one, and with
  /// kUnimplemented, naming the content type, when it is none of the algorithm's training_types().
  Result<Channel> OpenChannel(std::string_view name) const;

  /// Starts to read epoch `epoch` (from 0) of a channel. Batches have finite numbers only. Fails as Channel::Files and
  /// RowDecoderFor do.
  Result<std::unique_ptr<BatchReader>> Read(const Channel& channel, int64_t epoch, const ReadOptions& options) const;

  /// Calls `take` with every batch of that epoch; its first error ends the reading. Fails as Read and BatchReader do.
  Status ForEachBatch(const Channel& channel, int64_t epoch, const ReadOptions& options,
                      const std::function<Status(const codec::RowBlock& batch)>& take) const;

  /// Writes a file of the model, visible when it is whole.
  Status WriteModel(std::string_view name, std::string_view bytes) const;

  /// Writes a file beside the model, which the job stores as output.tar.gz; visible when it is whole.
  Status WriteOutput(std::string_view name, std::string_view bytes) const;

  /// The same of the model piece by piece; visible when closed.
  Result<std::unique_ptr<io::OutputStream>> CreateModelFile(std::string_view name) const;

 private:
  Result<std::unique_ptr<io::OutputStream>> CreateFile(const std::filesystem::path& path) const;

  const Algorithm& algorithm_;
  ContainerPaths paths_;
  TrainingConfig config_;
  std::map<std::string, std::string> hyperparameters_;
  TrainingLog& log_;
  CancellationToken cancellation_;
  std::shared_ptr<io::FileSystem> files_;
};

}  // namespace sagespark::container
