#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sagespark/algo/pca/artifact.h"
#include "sagespark/base/result.h"

namespace sagespark::container {

/// The model's file; "algo-1" is the host that wrote it.
inline constexpr std::string_view kPcaModelFile = "model_algo-1";

/// The bytes of `model_algo-1`: the arrays `mean` (1 x d; absent when it is not subtracted), `s` (k) and `v` (d x k) in an MXNet
/// ndarray file.
std::string EncodePcaModel(const algo::PcaModel& model);

/// Reads `model_algo-1` of `directory`. Fails with kNotFound or kCorruptData, naming the file.
Result<algo::PcaModel> ReadPcaModel(const std::filesystem::path& directory);

}  // namespace sagespark::container
