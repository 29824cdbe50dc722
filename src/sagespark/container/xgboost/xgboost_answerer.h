#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/algo/xgboost/predict.h"
#include "sagespark/base/result.h"
#include "sagespark/container/request_answerer.h"

namespace sagespark::container {

/// Settings of an XGBoost endpoint.
struct XGBoostServingOptions {
  std::vector<std::string> output_keys;         ///< SAGEMAKER_INFERENCE_OUTPUT; none means the predictions themselves.
  bool is_ensemble = true;                      ///< SAGEMAKER_INFERENCE_ENSEMBLE: false takes the first model file only.
  bool csv_in_one_line = false;                 ///< SAGESPARK_XGBOOST_CSV=comma: all values of a CSV answer in one line.
  uint64_t max_payload_bytes = 6 * 1024 * 1024;  ///< MAX_CONTENT_LENGTH.

  /// Fails with kInvalidArgument, naming the variable and its value.
  static Result<XGBoostServingOptions> FromEnvironment();
};

/// Answers as AWS's image does: an empty body 204, one that does not parse and an unknown Content-Type 415, rows that do not
/// fit the model 400, an Accept that cannot be written 406. Text answers name what is wrong.
///
/// CSV (the default): a value a line, of multi:softprob a line of values; JSON: {"predictions": [{"score": 0.5}, ...]}; JSON Lines:
/// {"score": 0.5}; RecordIO: a Record with the label "score". With output keys these are the names of the columns.
class XGBoostAnswerer final : public RequestAnswerer {
 public:
  XGBoostAnswerer(algo::XGBoostPredictor predictor, XGBoostServingOptions options)
      : predictor_(std::move(predictor)), options_(std::move(options)) {}

  /// Loads the model files of a folder: all files in it that do not begin with ".", in byte order of their names. Fails with
  /// kNotFound without any, and as algo::DecodeXGBoostModel.
  static Result<std::unique_ptr<XGBoostAnswerer>> Load(const std::filesystem::path& directory, XGBoostServingOptions options);

  InvocationAnswer Answer(const InvocationRequest& request) const override;
  uint64_t default_max_payload_bytes() const override { return options_.max_payload_bytes; }

 private:
  algo::XGBoostPredictor predictor_;
  XGBoostServingOptions options_;
};

}  // namespace sagespark::container
