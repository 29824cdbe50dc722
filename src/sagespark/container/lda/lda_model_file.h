#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sagespark/algo/lda/artifact.h"
#include "sagespark/base/result.h"

namespace sagespark::container {

/// The model's file; "algo-1" is the host that wrote it.
inline constexpr std::string_view kLdaModelFile = "model_algo-1";

/// The bytes of `model_algo-1`: two unnamed arrays in an MXNet ndarray file, alpha and beta.
std::string EncodeLdaModel(const algo::LdaModel& model);

/// Reads `model_algo-1` of `directory`. Fails with kNotFound or kCorruptData, naming the file.
Result<algo::LdaModel> ReadLdaModel(const std::filesystem::path& directory);

}  // namespace sagespark::container
