#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/algo/xgboost/booster.h"
#include "sagespark/base/result.h"

namespace sagespark::algo {

/// The metrics that AWS's image has beside XGBoost's own: accuracy, balanced_accuracy, f1 and f1_macro, f1_binary, precision, recall
/// (of class 1), precision_macro, recall_macro, precision_micro, recall_micro, mse and r2; as scikit-learn defines them, with 0
/// where it divides by 0.
inline constexpr std::string_view kOwnMetrics =
    "accuracy, balanced_accuracy, f1, f1_binary, f1_macro, mse, precision, precision_macro, precision_micro, r2, recall, "
    "recall_macro, recall_micro";

bool IsOwnMetric(std::string_view metric);

/// Whether the metric compares classes; the others compare numbers.
bool ComparesClasses(std::string_view metric);

/// Whether it is about class 1 of two: f1_binary, precision, recall.
bool IsOfTwoClasses(std::string_view metric);

/// The class that a row's `width` predictions say: of binary:logistic 1 above 0.5, of binary:logitraw above 0, of multi:softprob the
/// likeliest, else the prediction itself.
float PredictedClass(std::string_view objective, const float* values, int64_t width);

/// The metric of predictions by the model's objective, compared by their PredictedClass or as numbers. `labels`: one for each row of
/// `predictions`.
double OwnMetric(std::string_view metric, std::string_view objective, const std::vector<float>& labels,
                 const XGBoostPredictions& predictions);

}  // namespace sagespark::algo
