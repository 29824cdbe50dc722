#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sagespark/algo/kmeans/artifact.h"
#include "sagespark/base/result.h"

namespace sagespark::container {

/// The model's file; "algo-1" is the host that wrote it.
inline constexpr std::string_view kKMeansModelFile = "model_algo-1";

/// The bytes of `model_algo-1`: one unnamed array in an MXNet ndarray file.
std::string EncodeKMeansModel(const algo::KMeansModel& model);

/// Reads `model_algo-1` of `directory`. Fails with kNotFound or kCorruptData, naming the file.
Result<algo::KMeansModel> ReadKMeansModel(const std::filesystem::path& directory);

}  // namespace sagespark::container
