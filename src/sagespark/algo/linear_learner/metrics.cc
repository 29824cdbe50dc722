#include "sagespark/algo/linear_learner/metrics.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "sagespark/algo/linear_learner/scaling.h"

namespace sagespark::algo {
namespace {

constexpr int kBinBits = 20;

// The upper bits of the float, such that bins are in the order of their values.
size_t BinOf(double value) {
  const auto bits = std::bit_cast<uint32_t>(static_cast<float>(value));
  const uint32_t ordered = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  return ordered >> (32 - kBinBits);
}

double Ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

}  // namespace

std::string LinearObjectiveName(LinearLoss loss) {
  switch (loss) {
    case LinearLoss::kLogistic:
      return "binary_classification_cross_entropy_objective";
    case LinearLoss::kHinge:
      return "binary_classification_hinge_loss_objective";
    case LinearLoss::kSoftmax:
      return "multiclass_cross_entropy_objective";
    case LinearLoss::kMulticlassHinge:
      return "multiclass_hinge_loss_objective";
    case LinearLoss::kSquared:
      return "mse_objective";
    default:
      return fmt::format("{}_objective", LinearLossName(loss));
  }
}

RocCurve::RocCurve() : positives_(size_t{1} << kBinBits), negatives_(size_t{1} << kBinBits) {}

void RocCurve::Add(double value, bool positive) { ++(positive ? positives_ : negatives_)[BinOf(value)]; }

double RocCurve::Area() const {
  double area = 0;
  double negatives = 0;
  double positives = 0;
  for (size_t bin = 0; bin < positives_.size(); ++bin) {
    const auto here = static_cast<double>(positives_[bin]);
    area += here * (negatives + static_cast<double>(negatives_[bin]) / 2);
    positives += here;
    negatives += static_cast<double>(negatives_[bin]);
  }
  return positives == 0 || negatives == 0 ? 0.5 : area / positives / negatives;
}

LinearEvaluator::LinearEvaluator(const LinearPredictor& predictor, const LinearLearnerParams& params)
    : predictor_(predictor), params_(params) {
  if (params.predictor_type == PredictorType::kBinaryClassifier) roc_.resize(1);
  if (params.predictor_type == PredictorType::kMulticlassClassifier) {
    for (auto* counts : {&hits_, &answered_, &actual_}) counts->resize(static_cast<size_t>(params.num_classes));
  }
}

Status LinearEvaluator::Add(const linalg::RowsView& rows, std::span<const float> labels, ThreadPool& pool) {
  SAGESPARK_RETURN_IF_ERROR(CheckRows(rows, labels, predictor_.model().feature_dim()));
  SAGESPARK_RETURN_IF_ERROR(CheckLabels(params_, labels, rows_ + 1));
  SAGESPARK_ASSIGN_OR_RETURN(const linalg::Matrix<double> values, predictor_.Values(rows, pool));
  for (size_t i = 0; i < labels.size(); ++i) AddRow(values.Row(static_cast<int64_t>(i)), labels[i]);
  rows_ += static_cast<int64_t>(labels.size());
  return Status::Ok();
}

void LinearEvaluator::AddRow(std::span<const double> values, float label) {
  const std::vector<float> rounded(values.begin(), values.end());
  loss_ += predictor_.model().loss.Value(rounded, label);
  switch (params_.predictor_type) {
    case PredictorType::kBinaryClassifier: {
      const bool positive = label == 1;
      roc_[0].Add(values[0], positive);
      const bool answered = predictor_.PredictedLabel(values) == 1;
      ++(positive ? answered ? counts_.true_positives : counts_.false_negatives
                  : answered ? counts_.false_positives : counts_.true_negatives);
      break;
    }
    case PredictorType::kMulticlassClassifier:
      AddMulticlass(values, static_cast<int64_t>(label));
      break;
    case PredictorType::kRegressor: {
      const double error = values[0] - static_cast<double>(label);
      squares_ += error * error;
      sizes_ += std::abs(error);
      break;
    }
  }
}

void LinearEvaluator::AddMulticlass(std::span<const double> values, int64_t label) {
  const auto own = static_cast<size_t>(label);
  const auto answer = static_cast<size_t>(predictor_.PredictedLabel(values));
  ++actual_[own];
  ++answered_[answer];
  if (answer == own) ++hits_[own];
  int64_t place = 1;
  for (size_t c = 0; c < values.size(); ++c) {
    if (values[c] > values[own] || (values[c] == values[own] && c < own)) ++place;
  }
  if (place <= params_.accuracy_top_k) ++in_top_k_;
  gain_ += 1 / std::log2(1 + static_cast<double>(place));
}

std::vector<LinearMetric> LinearEvaluator::Metrics() const {
  const LinearMetric objective{LinearObjectiveName(predictor_.model().loss.loss), true,
                               loss_ / static_cast<double>(rows_)};
  std::vector<LinearMetric> metrics = params_.predictor_type == PredictorType::kBinaryClassifier ? BinaryMetrics()
                                      : params_.predictor_type == PredictorType::kRegressor
                                          ? RegressionMetrics()
                                          : MulticlassMetrics();
  metrics.insert(metrics.begin(), objective);
  return metrics;
}

std::vector<LinearMetric> LinearEvaluator::BinaryMetrics() const {
  return {{"binary_classification_accuracy", false, counts_.accuracy()},
          {fmt::format("binary_f_{:.3f}", params_.f_beta), false, counts_.FBeta(params_.f_beta)},
          {"precision", false, counts_.precision()},
          {"recall", false, counts_.recall()},
          {"roc_auc_score", false, roc_[0].Area()}};
}

std::vector<LinearMetric> LinearEvaluator::MulticlassMetrics() const {
  double hits = 0, recall = 0, precision = 0, f = 0, classes = 0;
  const double squared_beta = params_.f_beta * params_.f_beta;
  for (size_t c = 0; c < hits_.size(); ++c) {
    const auto hit = static_cast<double>(hits_[c]);
    const auto actual = static_cast<double>(actual_[c]);
    const auto answered = static_cast<double>(answered_[c]);
    hits += hit;
    if (actual == 0 && answered == 0) continue;
    ++classes;
    recall += Ratio(hit, actual);
    precision += Ratio(hit, answered);
    f += Ratio((1 + squared_beta) * hit, squared_beta * actual + answered);
  }
  const auto rows = static_cast<double>(rows_);
  return {{"multiclass_accuracy", false, hits / rows},
          {fmt::format("multiclass_top_k_accuracy_{}", params_.accuracy_top_k), false,
           static_cast<double>(in_top_k_) / rows},
          {"dcg", false, gain_ / rows},
          {"macro_recall", false, recall / classes},
          {"macro_precision", false, precision / classes},
          {fmt::format("macro_f_{:.3f}", params_.f_beta), false, f / classes}};
}

std::vector<LinearMetric> LinearEvaluator::RegressionMetrics() const {
  const double mse = squares_ / static_cast<double>(rows_);
  return {{"mse", true, mse},
          {"rmse", true, std::sqrt(mse)},
          {"absolute_loss", true, sizes_ / static_cast<double>(rows_)}};
}

}  // namespace sagespark::algo
