#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sagespark/algo/xgboost/booster.h"
#include "sagespark/algo/xgboost/params.h"

namespace sagespark::algo {

/// What the models of a cross-validation predict for the rows that they were not trained on.
class HeldOutPredictions {
 public:
  /// `labels`: one a row.
  HeldOutPredictions(const XGBoostParams& params, std::vector<float> labels);

  /// Adds the predictions for `rows`, in their order.
  void Add(const std::vector<int32_t>& rows, const XGBoostPredictions& predictions);

  /// A line for each row, six digits behind the point: its label and the mean of its predictions; or, of objectives with classes, its
  /// label, the mean prediction (with multi:softprob that of each time's likeliest class) and the class that was predicted most
  /// often, the lowest of several. The form of predictions.csv in the output of AWS's image.
  std::string Csv() const;

 private:
  std::string objective_;
  bool has_classes_;
  std::vector<float> labels_;
  std::vector<std::vector<float>> values_;   ///< By row, a value each time.
  std::vector<std::vector<float>> classes_;  ///< The same; empty without classes.
};

}  // namespace sagespark::algo
