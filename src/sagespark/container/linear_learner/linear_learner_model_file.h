#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sagespark/algo/linear_learner/artifact.h"
#include "sagespark/base/result.h"

namespace sagespark::container {

/// The model's file; "algo-1" is the host that wrote it.
inline constexpr std::string_view kLinearLearnerModelFile = "model_algo-1";

/// The bytes of `model_algo-1`: a zip; see docs/formats/linear-learner.md.
std::string EncodeLinearLearnerModel(const algo::LinearModel& model);

/// Reads `model_algo-1` of `directory`. Fails with kNotFound or kCorruptData, naming the file and what in it is not
/// the linear learner's.
Result<algo::LinearModel> ReadLinearLearnerModel(const std::filesystem::path& directory);

}  // namespace sagespark::container
