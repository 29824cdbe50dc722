#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/container/algorithm.h"
#include "sagespark/container/hosting/request_rows.h"

namespace sagespark::container {

inline constexpr std::string_view kWritableTypes =
    "application/json, application/x-recordio-protobuf, text/csv, application/jsonlines";

/// The type of the above to answer in, by the header Accept (empty: any) and the type to take when any will do; nullopt when
/// none of Accept can be written.
std::optional<std::string> ChooseAnswerType(std::string_view accept, std::string_view default_type);

/// The rows that an answer is about, borrowed.
struct AnsweredRows {
  AnsweredRows(int64_t rows, std::span<const std::string> row_uids, std::span<const std::string> row_metadata)
      : count(rows), uids(row_uids), metadata(row_metadata) {}
  AnsweredRows(const RequestRows& rows)  // NOLINT: a request's rows are such.
      : AnsweredRows(rows.block.num_rows(), rows.uids, rows.metadata) {}

  int64_t count;
  std::span<const std::string> uids;      ///< One a row, or none.
  std::span<const std::string> metadata;  ///< The same.
};

/// Writes the predictions of rows, in their order, in one of the types above:
/// - application/json: {"predictions": [{"closest_cluster": 1.0, "distance_to_cluster": 7.5}, ...]}, with `json_list_name` for
///   "predictions";
/// - application/jsonlines: such an object a line;
/// - text/csv: a line a row, "1.0,7.5", the columns in order;
/// - application/x-recordio-protobuf: a Record a row, with a label of each column's name, and the request's uid and
///   metadata.
/// Numbers in text read back as the same float32; what is no number is NaN in JSON and nan in CSV, as Python writes it.
std::string WriteAnswer(std::string_view type, const std::vector<PredictionColumn>& columns, const AnsweredRows& rows,
                        std::string_view json_list_name = "predictions");

/// The RecordIO form.
std::string WriteRecordIoAnswer(const std::vector<PredictionColumn>& columns, const AnsweredRows& rows);

}  // namespace sagespark::container
