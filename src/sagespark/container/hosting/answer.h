#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sagespark/container/algorithm.h"
#include "sagespark/container/hosting/request_rows.h"

namespace sagespark::container {

inline constexpr std::string_view kWritableTypes =
    "application/json, application/x-recordio-protobuf, text/csv, application/jsonlines";

/// Whether WriteAnswer writes that type.
bool IsAnswerType(std::string_view type);

/// Writes the predictions of `rows`, in their order, in one of the types above:
/// - application/json: {"predictions": [{"closest_cluster": 1.0, "distance_to_cluster": 7.5}, ...]};
/// - application/jsonlines: such an object a line;
/// - text/csv: a line a row, "1.0,7.5", the columns in order;
/// - application/x-recordio-protobuf: a Record a row, with a label of each column's name, and the request's uid and
///   metadata.
/// Numbers in text read back as the same float32.
std::string WriteAnswer(std::string_view type, const std::vector<PredictionColumn>& columns, const RequestRows& rows);

/// The RecordIO form.
std::string WriteRecordIoAnswer(const std::vector<PredictionColumn>& columns, const RequestRows& rows);

}  // namespace sagespark::container
