#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

/// A training job's hyperparameters, all of them texts.
using HyperparameterMap = std::map<std::string, std::string>;

/// Inclusive.
struct IntegerRange {
  int64_t least = 1;
  int64_t most = std::numeric_limits<int32_t>::max();
};

/// Inclusive unless open.
struct RealRange {
  double least = 0;
  double most = std::numeric_limits<double>::infinity();
  bool is_least_open = false;
  bool is_most_open = false;

  static RealRange Positive() { return {.is_least_open = true}; }
  static RealRange Any() { return {.least = -std::numeric_limits<double>::infinity()}; }
};

/// "Hyperparameter is not valid: k = \"0\", valid is an integer in [1, 2147483647]".
Error HyperparameterNotValid(std::string_view name, std::string_view value, std::string_view valid);

/// Errors: kInvalidArgument as above, for a value outside of the range; also NaN, and infinity.
Status CheckHyperparameter(std::string_view name, int64_t value, IntegerRange range);
Status CheckHyperparameter(std::string_view name, double value, RealRange range);

/// Turns the texts into fields, name by name. A hyperparameter that is not there leaves its field as it is, "auto" leaves an
/// optional one empty. The first error stays and makes all that follows do nothing; see status.
///
///   HyperparameterReader reader("PCA", hyperparameters, known_names);
///   reader.Require("num_components").Read("num_components", params.num_components, {.least = 1});
///   SAGESPARK_RETURN_IF_ERROR(reader.status());
class HyperparameterReader {
 public:
  /// `values` outlives the reader. Names that are not in `known` are refused: "Hyperparameter is unknown to PCA: k".
  HyperparameterReader(std::string_view algorithm, const HyperparameterMap& values,
                       std::span<const std::string_view> known);

  /// kInvalidArgument: a name that is missing or unknown, or a value that is not valid; the message has the name, the
  /// value and what is valid.
  const Status& status() const { return status_; }

  HyperparameterReader& Require(std::string_view name);
  HyperparameterReader& Read(std::string_view name, std::string& field);
  HyperparameterReader& Read(std::string_view name, int64_t& field, IntegerRange range = {});
  HyperparameterReader& Read(std::string_view name, std::optional<int64_t>& field, IntegerRange range = {});
  HyperparameterReader& Read(std::string_view name, double& field, RealRange range = {});
  HyperparameterReader& Read(std::string_view name, std::optional<double>& field, RealRange range = {});

  /// "true", "True", "false" or "False", as SDKs in several languages write it.
  HyperparameterReader& Read(std::string_view name, bool& field);
  HyperparameterReader& Read(std::string_view name, std::optional<bool>& field);

  /// One of some names: {{"random", Init::kRandom}, {"kmeans++", Init::kKMeansPlusPlus}}. "auto" can be one of them.
  template <typename Choice>
  HyperparameterReader& Choose(std::string_view name, Choice& field,
                               std::initializer_list<std::pair<std::string_view, Choice>> choices) {
    std::vector<std::string_view> names;
    for (const auto& choice : choices) names.push_back(choice.first);
    const std::optional<size_t> chosen = FindChoice(name, names);
    if (chosen) field = (choices.begin() + *chosen)->second;
    return *this;
  }

  /// A list of some names, each once, as JSON (["msd","ssd"]) or the same without quotes or brackets; not empty.
  template <typename Choice>
  HyperparameterReader& ChooseSome(std::string_view name, std::vector<Choice>& field,
                                   std::initializer_list<std::pair<std::string_view, Choice>> choices) {
    std::vector<std::string_view> names;
    for (const auto& choice : choices) names.push_back(choice.first);
    const std::vector<size_t> chosen = FindChoices(name, names);
    if (!chosen.empty()) field.clear();
    for (const size_t index : chosen) field.push_back((choices.begin() + index)->second);
    return *this;
  }

  /// `_tuning_objective_metric`, which tuning jobs send: empty or one of these.
  HyperparameterReader& CheckTuningMetric(std::span<const std::string_view> metrics);

 private:
  const std::string* Find(std::string_view name) const;
  void Fail(Error error);
  template <typename Number>
  bool ReadNumber(std::string_view name, std::string_view kind, Number& number);
  std::optional<size_t> FindChoice(std::string_view name, std::span<const std::string_view> choices);
  std::vector<size_t> FindChoices(std::string_view name, std::span<const std::string_view> choices);

  const HyperparameterMap& values_;
  Status status_;
};

/// The hyperparameters with a leading underscore that AWS's images start from and its SDKs and tuning jobs send, with
/// their values, in the order of the images' logs. None but `_tuning_objective_metric` does anything here.
std::span<const std::pair<std::string_view, std::string_view>> ServiceHyperparameters();

}  // namespace sagespark::algo
