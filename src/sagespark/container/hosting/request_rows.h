#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/container/media_type.h"

namespace sagespark::container {

/// A request's rows.
struct RequestRows {
  int64_t count = 0;
  std::vector<float> values;          ///< count x feature_dim, row-major, finite.
  std::vector<std::string> uids;      ///< One a row from Records that have any; else empty.
  std::vector<std::string> metadata;  ///< The same.
};

inline constexpr std::string_view kReadableTypes =
    "application/x-recordio-protobuf, text/csv, application/json, application/jsonlines";

/// Whether ParseRequestRows reads that type.
bool IsRequestType(std::string_view type);

/// Reads the rows of a request body, each of `feature_dim` numbers:
/// - application/x-recordio-protobuf: Records, dense or sparse, their labels left aside;
/// - text/csv: a line a row; with label_size=1 the first number of each is skipped; empty lines are none;
/// - application/json: {"instances": [instance, ...]};
/// - application/jsonlines: an instance a line.
/// An instance is {"features": [numbers]}, or {"data": {"features": {"values": [..], "keys": [..], "shape": [n]}}},
/// dense without keys and shape.
///
/// Fails with kInvalidArgument on a body without rows, and with kCorruptData, naming the row (from 0), on a malformed one,
/// another length (naming both), NaN or infinity.
/// Source: "Common Data Formats for Inference", Amazon SageMaker guide.
Result<RequestRows> ParseRequestRows(const MediaType& type, std::string_view body, int64_t feature_dim);

}  // namespace sagespark::container
