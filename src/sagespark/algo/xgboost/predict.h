#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sagespark/algo/xgboost/booster.h"
#include "sagespark/base/result.h"

namespace sagespark::algo {

/// One model or several as an ensemble, ready to predict. Thread safety: const methods may run concurrently.
class XGBoostPredictor {
 public:
  /// `boosters` has at least one. Fails with kInvalidArgument when they are not of one objective, or a configuration does not
  /// parse. Each prediction runs on one thread: requests come side by side, and share out the processors by themselves.
  static Result<XGBoostPredictor> Create(std::vector<XGBoostBooster> boosters);

  /// "multi:softmax".
  const std::string& objective() const { return objective_; }
  /// Classes of a multi: objective, 0 of others.
  int64_t num_class() const { return num_class_; }
  /// Columns that the models were trained on: the most of any.
  int64_t num_features() const { return num_features_; }

  /// A prediction for each row: that of the one model, the mean of several, or with multi:softmax and binary:hinge the
  /// value that most of them have (the lowest on ties). Sparse rows may have entries beyond num_features(), which no model looks
  /// at; dense ones must have num_features() columns. Errors: kSchemaMismatch, naming both counts; kInvalidArgument, in XGBoost's
  /// words.
  Result<XGBoostPredictions> Predict(XGBoostRows rows) const;

 private:
  struct Model {
    XGBoostBooster booster;
    int64_t num_features = 0;
    bool in_place = true;  ///< Dart and linear boosters predict matrices only, one at a time.
  };

  XGBoostPredictor() = default;
  Result<XGBoostPredictions> PredictOne(const Model& model, XGBoostRows& rows) const;

  std::vector<Model> models_;
  std::string objective_;
  int64_t num_class_ = 0;
  int64_t num_features_ = 0;
  std::unique_ptr<std::mutex> matrix_mutex_ = std::make_unique<std::mutex>();
};

/// The value that comes most often, the lowest of several. There must be one.
float MostFrequent(const std::vector<float>& values);

}  // namespace sagespark::algo
