#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include "sagespark/algo/xgboost/fit.h"
#include "sagespark/base/result.h"

namespace sagespark::container {

/// The checkpoints of a training job: files `xgboost-checkpoint.N` with the model of rounds 0 to N, the five latest ones.
/// Source: checkpointing.py of aws/sagemaker-xgboost-container.
class XGBoostCheckpoints {
 public:
  /// Without that folder the job keeps none.
  explicit XGBoostCheckpoints(std::filesystem::path folder) : folder_(std::move(folder)) {}

  bool are_kept() const { return std::filesystem::is_directory(folder_); }

  /// The latest one; nullopt when there is none. Fails with kCorruptData, naming the file.
  Result<std::optional<algo::XGBoostStart>> Latest() const;

  /// Does nothing when none are kept. Fails with kIo.
  Status Save(int64_t round, const algo::XGBoostBooster& model) const;

 private:
  std::map<int64_t, std::filesystem::path> FilesByRound() const;

  const std::filesystem::path folder_;
};

}  // namespace sagespark::container
