#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::container {

/// Reads labelled channels of a job, again and again: each pass is the channel's next epoch, which in Pipe mode is a
/// pipe of its own.
class LinearLearnerChannels {
 public:
  /// Takes a batch; false when no more are wanted.
  using TakeBatch = std::function<Result<bool>(const linalg::RowsView& rows, std::span<const float> labels)>;

  /// `feature_dim` 0: of the first row read. `context` outlives this object.
  LinearLearnerChannels(TrainingContext& context, int64_t feature_dim, int64_t batch_rows)
      : context_(context), feature_dim_(feature_dim), batch_rows_(batch_rows) {}

  /// Passes over the channel; whether `take` saw its end. Errors: the reader's; those of `take` with the channel's
  /// name before them; kInvalidArgument for a channel without rows; kCancelled.
  Result<bool> Pass(const std::string& channel, const TakeBatch& take);

 private:
  TrainingContext& context_;
  int64_t feature_dim_;
  int64_t batch_rows_;
  std::map<std::string, int64_t> passes_;
};

}  // namespace sagespark::container
