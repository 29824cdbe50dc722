#pragma once

#include <string>
#include <string_view>

#include "sagespark/algo/xgboost/booster.h"
#include "sagespark/base/result.h"

namespace sagespark::algo {

/// Reads a model file: what XGBoostBooster::Save, or `save_model` of XGBoost 1.0 or later, wrote, in UBJSON or JSON.
/// Fails with kCorruptData on anything else, naming `file` and what it looks like: a pickle, a zip of another algorithm, the
/// binary format of before XGBoost 1.0, a model that ends too early. Other formats are not run: a pickle is a program.
Result<XGBoostBooster> DecodeXGBoostModel(std::string_view bytes, const std::string& file);

}  // namespace sagespark::algo
