#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sagespark/base/json/value.h"
#include "sagespark/base/result.h"

namespace sagespark::ml {

/// The value of a parameter of any type.
using ParamValue = std::variant<bool, int32_t, int64_t, double, std::string>;

/// As Scala's toString writes it, which is also how hyperparameters travel: "true", "10", "0.5", "1.0", "1.0E-4", "auto".
std::string ToString(const ParamValue& value);

/// As Spark saves it. NaN and infinity are the texts "NaN", "Inf" and "-Inf".
json::Value ToJson(const ParamValue& value);

/// What values a parameter takes: a test, and words for people (">= 2").
struct ParamValidator {
  std::function<bool(const ParamValue&)> accepts;
  std::string range;
};

/// Spark's ParamValidators. Numbers of every type compare as double; NaN passes none of them.
namespace ParamValidators {

ParamValidator alwaysTrue();
ParamValidator gt(double lowerBound);
ParamValidator gtEq(double lowerBound);
ParamValidator inRange(double lower, double upper, bool lowerInclusive = true, bool upperInclusive = true);
ParamValidator inArray(std::vector<std::string> allowed);

/// A text that is one of `words` or a number above `lowerBound`.
ParamValidator inArrayOrAbove(std::vector<std::string> words, double lowerBound);

/// A comma-separated list of `allowed` words, optionally in brackets: "msd", "[msd,ssd]".
ParamValidator listOf(std::vector<std::string> allowed);

}  // namespace ParamValidators

/// A parameter's name, documentation and valid values, without its type.
class ParamBase {
 public:
  ParamBase(std::string name, std::string doc, ParamValidator validator)
      : name_(std::move(name)), doc_(std::move(doc)), validator_(std::move(validator)) {}
  virtual ~ParamBase() = default;

  const std::string& name() const { return name_; }
  const std::string& doc() const { return doc_; }
  const std::string& range() const { return validator_.range; }

  /// Throws kInvalidArgument, naming the parameter, the value and the range, when `value` is outside it:
  /// `Parameter is out of range: k = 1; valid: >= 2`.
  void Validate(const ParamValue& value) const;

  /// The value that `json`, written by ToJson, holds, in this parameter's type. Fails with kCorruptData, naming the parameter, on JSON
  /// of another type. Its range is not checked.
  virtual Result<ParamValue> FromJson(const json::Value& json) const = 0;

 private:
  std::string name_;
  std::string doc_;
  ParamValidator validator_;
};

/// A parameter with values of type T. One object a class, shared by all of its instances.
template <typename T>
class Param : public ParamBase {
 public:
  Param(std::string name, std::string doc, ParamValidator validator = ParamValidators::alwaysTrue())
      : ParamBase(std::move(name), std::move(doc), std::move(validator)) {}

  Result<ParamValue> FromJson(const json::Value& json) const override;
};

extern template class Param<bool>;
extern template class Param<int32_t>;
extern template class Param<int64_t>;
extern template class Param<double>;
extern template class Param<std::string>;

using BooleanParam = Param<bool>;
using IntParam = Param<int32_t>;
using LongParam = Param<int64_t>;
using DoubleParam = Param<double>;
using StringParam = Param<std::string>;

}  // namespace sagespark::ml
