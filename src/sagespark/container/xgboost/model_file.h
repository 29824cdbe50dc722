#pragma once

#include <filesystem>
#include <string_view>

#include "sagespark/algo/xgboost/booster.h"
#include "sagespark/base/result.h"

namespace sagespark::container {

/// The model's file, as AWS's image names it; those of a cross-validation have "-0", "-1" and so on behind it.
inline constexpr std::string_view kXGBoostModelFile = "xgboost-model";

/// Reads a model. Errors, naming the file: kNotFound; those of algo::DecodeXGBoostModel.
Result<algo::XGBoostBooster> LoadXGBoostModelFile(const std::filesystem::path& file);

}  // namespace sagespark::container
