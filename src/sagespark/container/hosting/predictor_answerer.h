#pragma once

#include <memory>

#include "sagespark/container/algorithm.h"
#include "sagespark/container/request_answerer.h"

namespace sagespark::container {

/// Answers with a Predictor in the types of request_rows.h and answer.h, in JSON unless asked for another.
///
/// Errors: 415 Content-Type is unknown, 406 no type of Accept can be written, 400 body that is empty or malformed, or a row
/// of another length, naming the row.
class PredictorAnswerer final : public RequestAnswerer {
 public:
  explicit PredictorAnswerer(std::unique_ptr<const Predictor> predictor) : predictor_(std::move(predictor)) {}

  InvocationAnswer Answer(const InvocationRequest& request) const override;

 private:
  std::unique_ptr<const Predictor> predictor_;
};

}  // namespace sagespark::container
