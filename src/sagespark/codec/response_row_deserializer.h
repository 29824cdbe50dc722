#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::codec {

/// Turns the body of an InvokeEndpoint answer into columns. Write your own by deriving.
/// Thread safety: const methods may run concurrently.
class ResponseRowDeserializer {
 public:
  virtual ~ResponseRowDeserializer() = default;

  /// The request's Accept.
  virtual std::string accept() const = 0;

  /// The columns that Deserialize makes, in order.
  virtual std::vector<data::Field> fields() const = 0;

  /// The answers to `expected_rows` rows, in their order, as a batch with the columns of fields(). Fails with
  /// kCorruptData on a malformed body and, by PredictionCountMismatch, on fewer or more answers than rows.
  virtual Result<data::Batch> Deserialize(std::string_view response, int64_t expected_rows) const = 0;
};

/// kCorruptData: `Model answered another number of rows: 4 predictions for 5 rows`.
Error PredictionCountMismatch(int64_t predictions, int64_t rows);

}  // namespace sagespark::codec
