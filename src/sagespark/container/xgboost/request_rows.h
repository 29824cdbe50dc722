#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sagespark/algo/xgboost/rows.h"
#include "sagespark/base/result.h"

namespace sagespark::container {

/// The rows of a request to an XGBoost endpoint.
struct XGBoostRequest {
  algo::XGBoostRows rows;
  std::vector<std::string> uids;      ///< One a row from Records that have any; else empty.
  std::vector<std::string> metadata;  ///< The same.
};

/// Reads a request body that is not empty: LibSVM (also without a Content-Type), CSV without labels, or RecordIO. Fails with
/// kUnimplemented, naming the type and those that are readable, and as LibSvmRows, CsvRows and RecordRows do.
Result<XGBoostRequest> ParseXGBoostRequest(std::string_view content_type, std::string_view body);

}  // namespace sagespark::container
