#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/codec/response_row_deserializer.h"
#include "sagespark/data/batch.h"
#include "sagespark/staging/request_cutter.h"

namespace sagespark::staging {

/// Reads a reply to a request of `rows` rows. Fails with kModelError, naming both counts, when it holds another number of predictions,
/// and with kSchemaMismatch when the deserializer gives other columns than its fields() says.
Result<data::Batch> ReadPredictions(const codec::ResponseRowDeserializer& deserializer, std::string_view reply, int64_t rows);

/// Adds the request's rows, with `predictions` behind them, or the predictions alone, as batches of `schema`.
void AddPredicted(const RowRequest& request, const data::Batch& predictions, bool prepend_rows,
                  const std::shared_ptr<const data::Schema>& schema, std::deque<data::Batch>& predicted);

}  // namespace sagespark::staging
