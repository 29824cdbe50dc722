#include "sagespark/container/xgboost/selected_output.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "sagespark/container/python_text.h"

namespace sagespark::container {
namespace {

constexpr std::array<std::string_view, 7> kKeys = {"predicted_label", "labels",     "probability",    "probabilities",
                                                   "raw_score",       "raw_scores", "predicted_score"};

/// What objectives' outputs are, as far as keys go.
struct Outputs {
  bool is_class = false;   ///< The prediction is the label itself: multi:softmax, binary:hinge.
  bool is_vector = false;  ///< A probability for each class: multi:softprob.
  bool has_probability = false;
  bool is_regression = false;
  float threshold = 0.5f;  ///< Above it the label is 1.
};

Result<Outputs> OutputsOf(const std::string& objective) {
  if (objective == "binary:logistic") return Outputs{.has_probability = true};
  if (objective == "binary:logitraw") return Outputs{.threshold = 0};
  if (objective == "binary:hinge" || objective == "multi:softmax") return Outputs{.is_class = true};
  if (objective == "multi:softprob") return Outputs{.is_vector = true, .has_probability = true};
  for (const char* regression : {"reg:squarederror", "reg:logistic", "reg:gamma", "reg:absoluteerror", "reg:tweedie"}) {
    if (objective == regression) return Outputs{.is_regression = true};
  }
  return Unimplemented("SAGEMAKER_INFERENCE_OUTPUT is not offered for objective " + objective);
}

/// One column of one row after the other.
class Selector {
 public:
  Selector(const Outputs& outputs, int64_t num_class, const algo::XGBoostPredictions& predictions)
      : outputs_(outputs), num_class_(num_class), predictions_(predictions) {}

  PredictionColumn Select(const std::string& key) const {
    PredictionColumn column{.name = key, .values = {}};
    const bool is_list = key == "labels" || key == "probabilities" || key == "raw_scores";
    column.is_integer = key == "labels" || (key == "predicted_label" && !outputs_.is_class);
    if (!Has(key)) {
      column.is_integer = false;
      column.values.assign(static_cast<size_t>(predictions_.num_rows), std::numeric_limits<float>::quiet_NaN());
      return column;
    }
    column.is_list = is_list;
    for (int64_t row = 0; row < predictions_.num_rows; ++row) {
      const size_t before = column.values.size();
      AppendRow(key, row, column.values);
      column.width = static_cast<int64_t>(column.values.size() - before);
    }
    return column;
  }

 private:
  bool Has(const std::string& key) const {
    if (outputs_.is_regression) return key == "predicted_score";
    if (key == "probability" || key == "probabilities") return outputs_.has_probability;
    return key != "predicted_score";
  }

  std::span<const float> Row(int64_t row) const {
    return {predictions_.values.data() + row * predictions_.width, static_cast<size_t>(predictions_.width)};
  }

  void AppendRow(const std::string& key, int64_t row, std::vector<float>& out) const {
    const std::span<const float> values = Row(row);
    if (key == "predicted_label") {
      out.push_back(Label(values));
    } else if (key == "labels") {
      for (int64_t label = 0; label < std::max<int64_t>(2, num_class_); ++label) out.push_back(static_cast<float>(label));
    } else if (key == "probabilities" || key == "raw_scores") {
      if (!outputs_.is_vector) out.push_back(static_cast<float>(1.0 - static_cast<double>(values[0])));
      out.insert(out.end(), values.begin(), values.end());
    } else {
      out.push_back(*std::max_element(values.begin(), values.end()));
    }
  }

  float Label(std::span<const float> values) const {
    if (outputs_.is_class) return values[0];
    if (outputs_.is_vector) return static_cast<float>(std::max_element(values.begin(), values.end()) - values.begin());
    return values[0] > outputs_.threshold ? 1.0f : 0.0f;
  }

  const Outputs outputs_;
  const int64_t num_class_;
  const algo::XGBoostPredictions& predictions_;
};

std::string Number(const PredictionColumn& column, float value) {
  return column.is_integer ? std::to_string(static_cast<int64_t>(value)) : PythonFloat(static_cast<double>(value));
}

}  // namespace

Result<std::vector<std::string>> ParseOutputKeys(std::string_view text) {
  std::vector<std::string> keys(1);
  for (const char c : text) {
    if (c == ',') {
      keys.emplace_back();
    } else if (c != ' ') {
      keys.back() += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
  }
  for (const std::string& key : keys) {
    if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) continue;
    return InvalidArgument("SAGEMAKER_INFERENCE_OUTPUT has an unknown key: \"" + key +
                           "\"; known are predicted_label, labels, probability, probabilities, raw_score, raw_scores, predicted_score");
  }
  return keys;
}

Result<std::vector<PredictionColumn>> SelectOutput(const std::vector<std::string>& keys, const std::string& objective,
                                                   int64_t num_class, const algo::XGBoostPredictions& predictions) {
  SAGESPARK_ASSIGN_OR_RETURN(const Outputs outputs, OutputsOf(objective));
  const Selector selector(outputs, num_class, predictions);
  std::vector<PredictionColumn> columns;
  for (const std::string& key : keys) columns.push_back(selector.Select(key));
  return columns;
}

std::string WriteSelectedCsv(const std::vector<PredictionColumn>& columns, int64_t rows) {
  std::string out;
  for (int64_t row = 0; row < rows; ++row) {
    for (const PredictionColumn& column : columns) {
      if (&column != &columns.front()) out += ',';
      const float* values = column.values.data() + row * column.width;
      if (!column.is_list) {
        out += Number(column, values[0]);
        continue;
      }
      out += "\"[";
      for (int64_t i = 0; i < column.width; ++i) out += (i > 0 ? ", " : "") + Number(column, values[i]);
      out += "]\"";
    }
    out += '\n';
  }
  return out;
}

}  // namespace sagespark::container
