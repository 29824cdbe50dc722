#include "sagespark/staging/predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sagespark::staging {
namespace {

/// A deserializer may be the user's.
Status CheckColumns(const std::vector<data::Field>& expected, const data::Schema& schema) {
  const auto same_type = [](const data::Field& left, const data::Field& right) { return left.type == right.type; };
  const std::vector<data::Field>& given = schema.fields();
  if (std::equal(expected.begin(), expected.end(), given.begin(), given.end(), same_type)) return Status::Ok();
  return SchemaMismatch("Response deserializer gave other columns than its fields() says: " + schema.TreeString());
}

}  // namespace

Result<data::Batch> ReadPredictions(const codec::ResponseRowDeserializer& deserializer, std::string_view reply, int64_t rows) {
  SAGESPARK_ASSIGN_OR_RETURN(data::Batch predictions, deserializer.Deserialize(reply, rows));
  SAGESPARK_RETURN_IF_ERROR(CheckColumns(deserializer.fields(), predictions.schema()));
  if (predictions.num_rows() == rows) return predictions;
  return Error(ErrorKind::kModelError,
               fmt::format("Reply holds another number of predictions than the request held rows: {} predictions for {} rows",
                           predictions.num_rows(), rows));
}

void AddPredicted(const RowRequest& request, const data::Batch& predictions, bool prepend_rows,
                  const std::shared_ptr<const data::Schema>& schema, std::deque<data::Batch>& predicted) {
  if (!prepend_rows) {
    predicted.push_back(predictions.WithSchema(schema));
    return;
  }
  int64_t first = 0;
  for (const data::Batch& rows : request.rows) {
    predicted.push_back(rows.Append(predictions.Slice(first, rows.num_rows())).WithSchema(schema));
    first += rows.num_rows();
  }
}

}  // namespace sagespark::staging
