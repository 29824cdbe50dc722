#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/codec/row_block.h"
#include "sagespark/container/media_type.h"
#include "sagespark/container/row_layout.h"

namespace sagespark::container {

/// A request's rows.
struct RequestRows {
  codec::RowBlock block;              ///< Without labels, finite.
  std::vector<std::string> uids;      ///< One a row from Records that have any; else empty.
  std::vector<std::string> metadata;  ///< The same.
};

/// Reads the rows of a request body of one of kRowTypes, each of `feature_dim` numbers:
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
Result<RequestRows> ParseRequestRows(const MediaType& type, std::string_view body, int64_t feature_dim,
                                     RowLayout layout);

}  // namespace sagespark::container
