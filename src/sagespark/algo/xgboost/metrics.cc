#include "sagespark/algo/xgboost/metrics.h"

#include <algorithm>
#include <map>

namespace sagespark::algo {
namespace {

double Ratio(double numerator, double denominator) { return denominator == 0 ? 0 : numerator / denominator; }

/// How one class fared.
struct ClassCounts {
  double actual = 0;
  double predicted = 0;
  double right = 0;

  double precision() const { return Ratio(right, predicted); }
  double recall() const { return Ratio(right, actual); }
  double f1() const { return Ratio(2 * right, predicted + actual); }
};

/// Every class that is a label or a prediction.
using Confusion = std::map<float, ClassCounts>;

Confusion Count(std::string_view objective, const std::vector<float>& labels, const XGBoostPredictions& predictions) {
  Confusion confusion;
  for (size_t row = 0; row < labels.size(); ++row) {
    const float* values = predictions.values.data() + row * static_cast<size_t>(predictions.width);
    const float predicted = PredictedClass(objective, values, predictions.width);
    ++confusion[labels[row]].actual;
    ++confusion[predicted].predicted;
    if (predicted == labels[row]) ++confusion[predicted].right;
  }
  return confusion;
}

template <typename Score>
double MeanOf(const Confusion& confusion, Score score) {
  double sum = 0;
  for (const auto& [label, counts] : confusion) sum += score(counts);
  return Ratio(sum, static_cast<double>(confusion.size()));
}

/// The recall of classes that are there.
double BalancedAccuracy(const Confusion& confusion) {
  double sum = 0;
  double classes = 0;
  for (const auto& [label, counts] : confusion) {
    sum += counts.recall();
    classes += counts.actual > 0 ? 1 : 0;
  }
  return Ratio(sum, classes);
}

double Accuracy(const Confusion& confusion) {
  double right = 0;
  double all = 0;
  for (const auto& [label, counts] : confusion) {
    right += counts.right;
    all += counts.actual;
  }
  return Ratio(right, all);
}

double CompareClasses(std::string_view metric, Confusion confusion) {
  if (metric == "f1_binary") return confusion[1].f1();
  if (metric == "precision") return confusion[1].precision();
  if (metric == "recall") return confusion[1].recall();
  if (metric == "f1" || metric == "f1_macro") return MeanOf(confusion, [](const ClassCounts& c) { return c.f1(); });
  if (metric == "precision_macro") return MeanOf(confusion, [](const ClassCounts& c) { return c.precision(); });
  if (metric == "recall_macro") return MeanOf(confusion, [](const ClassCounts& c) { return c.recall(); });
  if (metric == "balanced_accuracy") return BalancedAccuracy(confusion);
  return Accuracy(confusion);  // Which precision_micro and recall_micro are, too, with one label a row.
}

double CompareNumbers(std::string_view metric, const std::vector<float>& labels, const std::vector<float>& predictions) {
  double mean = 0;
  for (const float label : labels) mean += static_cast<double>(label);
  mean = Ratio(mean, static_cast<double>(labels.size()));
  double squares = 0;
  double spread = 0;
  for (size_t row = 0; row < labels.size(); ++row) {
    const double error = static_cast<double>(labels[row]) - static_cast<double>(predictions[row]);
    const double deviation = static_cast<double>(labels[row]) - mean;
    squares += error * error;
    spread += deviation * deviation;
  }
  return metric == "mse" ? Ratio(squares, static_cast<double>(labels.size())) : 1 - Ratio(squares, spread);
}

}  // namespace

bool IsOwnMetric(std::string_view metric) {
  std::string_view rest = kOwnMetrics;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(", "));
    if (name == metric) return true;
    rest.remove_prefix(std::min(rest.size(), name.size() + 2));
  }
  return false;
}

bool ComparesClasses(std::string_view metric) { return IsOwnMetric(metric) && metric != "mse" && metric != "r2"; }

bool IsOfTwoClasses(std::string_view metric) {
  return metric == "f1_binary" || metric == "precision" || metric == "recall";
}

float PredictedClass(std::string_view objective, const float* values, int64_t width) {
  if (objective == "binary:logistic") return *values > 0.5f ? 1.0f : 0.0f;
  if (objective == "binary:logitraw") return *values > 0.0f ? 1.0f : 0.0f;
  if (objective == "multi:softprob") return static_cast<float>(std::max_element(values, values + width) - values);
  return *values;
}

double OwnMetric(std::string_view metric, std::string_view objective, const std::vector<float>& labels,
                 const XGBoostPredictions& predictions) {
  if (!ComparesClasses(metric)) return CompareNumbers(metric, labels, predictions.values);
  return CompareClasses(metric, Count(objective, labels, predictions));
}

}  // namespace sagespark::algo
