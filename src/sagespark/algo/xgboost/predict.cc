#include "sagespark/algo/xgboost/predict.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "sagespark/base/json/value.h"

namespace sagespark::algo {
namespace {

/// The text at a path of object members; empty when there is none.
std::string TextAt(const json::Value& root, std::initializer_list<std::string_view> path) {
  const json::Value* value = &root;
  for (const std::string_view name : path) {
    value = value->Find(name);
    if (value == nullptr) return {};
  }
  const std::string* text = value->if_string();
  return text == nullptr ? std::string() : *text;
}

/// Gives sparse rows another number of columns; entries beyond are left out.
void SetColumns(XGBoostRows& rows, int64_t num_columns) {
  if (!rows.is_sparse) return;
  const bool has_more = rows.num_columns > num_columns;
  rows.num_columns = num_columns;
  if (!has_more) return;
  size_t kept = 0;
  size_t entry = 0;
  for (size_t row = 1; row < rows.row_offsets.size(); ++row) {
    for (const auto end = static_cast<size_t>(rows.row_offsets[row]); entry < end; ++entry) {
      if (rows.columns[entry] >= num_columns) continue;
      rows.columns[kept] = rows.columns[entry];
      rows.values[kept] = rows.values[entry];
      ++kept;
    }
    rows.row_offsets[row] = static_cast<int64_t>(kept);
  }
  rows.columns.resize(kept);
  rows.values.resize(kept);
}

XGBoostPredictions Combine(const std::vector<XGBoostPredictions>& all, bool is_vote) {
  XGBoostPredictions combined = all[0];
  std::vector<float> votes(all.size());
  for (size_t i = 0; i < combined.values.size(); ++i) {
    double sum = 0;
    for (size_t model = 0; model < all.size(); ++model) {
      votes[model] = all[model].values[i];
      sum += votes[model];
    }
    combined.values[i] = is_vote ? MostFrequent(votes) : static_cast<float>(sum / static_cast<double>(all.size()));
  }
  return combined;
}

}  // namespace

float MostFrequent(const std::vector<float>& values) {
  std::map<float, int> counts;
  for (const float value : values) ++counts[value];
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

Result<XGBoostPredictor> XGBoostPredictor::Create(std::vector<XGBoostBooster> boosters) {
  XGBoostPredictor predictor;
  for (XGBoostBooster& booster : boosters) {
    SAGESPARK_RETURN_IF_ERROR(booster.SetParameter("nthread", "1"));
    SAGESPARK_ASSIGN_OR_RETURN(const std::string text, booster.Configuration());
    SAGESPARK_ASSIGN_OR_RETURN(const json::Value config, json::Parse(text));
    const std::string objective = TextAt(config, {"learner", "objective", "name"});
    if (!predictor.models_.empty() && objective != predictor.objective_) {
      return InvalidArgument("Models of an ensemble differ in their objective: " + predictor.objective_ + " and " + objective);
    }
    predictor.objective_ = objective;
    predictor.num_class_ =
        std::strtoll(TextAt(config, {"learner", "learner_model_param", "num_class"}).c_str(), nullptr, 10);
    SAGESPARK_ASSIGN_OR_RETURN(const int64_t features, booster.NumFeatures());
    predictor.num_features_ = std::max(predictor.num_features_, features);
    const bool in_place = TextAt(config, {"learner", "gradient_booster", "name"}) == "gbtree";
    predictor.models_.push_back({.booster = booster, .num_features = features, .in_place = in_place});
  }
  std::stable_sort(predictor.models_.begin(), predictor.models_.end(),
                   [](const Model& a, const Model& b) { return a.num_features > b.num_features; });
  // XGBoost settles the rest of its configuration in the first prediction, which must not happen in two threads at once.
  XGBoostRows row{.is_sparse = true, .num_rows = 1, .num_columns = predictor.num_features_, .row_offsets = {0, 0}};
  SAGESPARK_RETURN_IF_ERROR(predictor.Predict(row).status());
  return predictor;
}

Result<XGBoostPredictions> XGBoostPredictor::PredictOne(const Model& model, XGBoostRows& rows) const {
  if (model.in_place) return model.booster.PredictRows(rows);
  SAGESPARK_ASSIGN_OR_RETURN(const XGBoostMatrix matrix, XGBoostMatrix::Create(rows, 1));
  const std::lock_guard lock(*matrix_mutex_);
  return model.booster.Predict(matrix);
}

Result<XGBoostPredictions> XGBoostPredictor::Predict(XGBoostRows rows) const {
  if (!rows.is_sparse && rows.num_columns != num_features_) {
    return SchemaMismatch("Rows have another number of features than the model: " + std::to_string(rows.num_columns) +
                          ", not " + std::to_string(num_features_));
  }
  std::vector<XGBoostPredictions> all;
  for (const Model& model : models_) {  // The widest first: rows only ever lose entries that no later model looks at.
    SetColumns(rows, model.num_features);
    SAGESPARK_ASSIGN_OR_RETURN(XGBoostPredictions predictions, PredictOne(model, rows));
    all.push_back(std::move(predictions));
  }
  if (all.size() == 1) return std::move(all[0]);
  return Combine(all, objective_ == "multi:softmax" || objective_ == "binary:hinge");
}

}  // namespace sagespark::algo
