#include <cstdint>

#include "sagespark/base/result.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/codec/wire_writer.h"
#include "sagespark/container/hosting/answer.h"

namespace sagespark::container {
namespace {

// Field numbers of aialgs.data.Record; all fields here are length-delimited.
constexpr int kLabel = 2;
constexpr int kUid = 3;
constexpr int kMetadata = 4;
constexpr int kMapKey = 1;
constexpr int kMapValue = 2;
constexpr int kFloat32Tensor = 2;
constexpr int kTensorValues = 1;

std::string LabelEntry(const PredictionColumn& column, int64_t row) {
  const std::string_view values(reinterpret_cast<const char*>(column.values.data() + row * column.width),
                                static_cast<size_t>(column.width) * sizeof(float));
  std::string tensor;
  codec::AppendField(kTensorValues, values, tensor);
  std::string value;
  codec::AppendField(kFloat32Tensor, tensor, value);
  std::string entry;
  codec::AppendField(kMapKey, column.name, entry);
  codec::AppendField(kMapValue, value, entry);
  return entry;
}

}  // namespace

std::string WriteRecordIoAnswer(const std::vector<PredictionColumn>& columns, const AnsweredRows& rows) {
  std::string out;
  std::string record;
  for (int64_t row = 0; row < rows.count; ++row) {
    const auto index = static_cast<size_t>(row);
    record.clear();
    for (const PredictionColumn& column : columns) codec::AppendField(kLabel, LabelEntry(column, row), record);
    if (!rows.uids.empty() && !rows.uids[index].empty()) codec::AppendField(kUid, rows.uids[index], record);
    if (!rows.metadata.empty() && !rows.metadata[index].empty()) codec::AppendField(kMetadata, rows.metadata[index], record);
    // It has a few numbers, and what came in a request that was within its own limit.
    SAGESPARK_CHECK(codec::AppendRecordIoFrame(record, out).ok());
  }
  return out;
}

}  // namespace sagespark::container
