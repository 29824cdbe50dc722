#include "sagespark/ml/param.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "sagespark/base/exception.h"
#include "sagespark/data/value.h"

namespace sagespark::ml {
namespace {

std::optional<double> ParseNumber(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// NaN for texts and booleans, which pass no numeric range.
double AsNumber(const ParamValue& value) {
  if (const auto* number = std::get_if<int32_t>(&value)) return *number;
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nan("");
}

bool Contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string Quoted(const std::vector<std::string>& words) {
  return "\"" + fmt::format("{}", fmt::join(words, "\", \"")) + "\"";
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool IsListOf(const std::vector<std::string>& allowed, std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    if (!Contains(allowed, Trim(text.substr(begin, comma - begin)))) return false;
    begin = comma + 1;
  }
  return true;
}

std::optional<ParamValue> Decode(const json::Value& json, bool) {
  const bool* flag = json.if_bool();
  return flag != nullptr ? std::optional<ParamValue>(*flag) : std::nullopt;
}

template <std::signed_integral T>
std::optional<ParamValue> Decode(const json::Value& json, T) {
  const int64_t* number = json.if_int();
  if (number == nullptr || !std::in_range<T>(*number)) return std::nullopt;
  return static_cast<T>(*number);
}

std::optional<ParamValue> Decode(const json::Value& json, double) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (json.is_number()) return json.number();
  const std::string* word = json.if_string();
  if (word == nullptr) return std::nullopt;
  if (*word == "NaN") return std::nan("");
  if (*word == "Inf") return kInfinity;
  if (*word == "-Inf") return -kInfinity;
  return std::nullopt;
}

std::optional<ParamValue> Decode(const json::Value& json, const std::string&) {
  const std::string* text = json.if_string();
  return text != nullptr ? std::optional<ParamValue>(*text) : std::nullopt;
}

}  // namespace

json::Value ToJson(const ParamValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<int32_t>(&value)) return int64_t{*number};
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const double number = std::get<double>(value);
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "NaN" : number > 0 ? "Inf" : "-Inf";
}

template <typename T>
Result<ParamValue> Param<T>::FromJson(const json::Value& json) const {
  if (const std::optional<ParamValue> value = Decode(json, T())) return *value;
  return CorruptData("Parameter has another type: " + name() + " = " + json::Dump(json));
}

template class Param<bool>;
template class Param<int32_t>;
template class Param<int64_t>;
template class Param<double>;
template class Param<std::string>;

std::string ToString(const ParamValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<int32_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return data::JavaText(*number);
  return std::get<std::string>(value);
}

void ParamBase::Validate(const ParamValue& value) const {
  if (validator_.accepts(value)) return;
  throw Exception(InvalidArgument(
      fmt::format("Parameter is out of range: {} = {}; valid: {}", name_, ToString(value), validator_.range)));
}

namespace ParamValidators {

ParamValidator alwaysTrue() {
  return {[](const ParamValue&) { return true; }, "any value"};
}

ParamValidator gt(double lowerBound) {
  return {[=](const ParamValue& value) { return AsNumber(value) > lowerBound; }, fmt::format("> {}", lowerBound)};
}

ParamValidator gtEq(double lowerBound) {
  return {[=](const ParamValue& value) { return AsNumber(value) >= lowerBound; }, fmt::format(">= {}", lowerBound)};
}

ParamValidator inRange(double lower, double upper, bool lowerInclusive, bool upperInclusive) {
  const auto accepts = [=](const ParamValue& value) {
    const double number = AsNumber(value);
    return (lowerInclusive ? number >= lower : number > lower) && (upperInclusive ? number <= upper : number < upper);
  };
  return {accepts, fmt::format("in {}{}, {}{}", lowerInclusive ? '[' : '(', lower, upper, upperInclusive ? ']' : ')')};
}

ParamValidator inArray(std::vector<std::string> allowed) {
  const std::string range = "one of " + Quoted(allowed);
  return {[allowed = std::move(allowed)](const ParamValue& value) { return Contains(allowed, ToString(value)); }, range};
}

ParamValidator inArrayOrAbove(std::vector<std::string> words, double lowerBound) {
  const std::string range = fmt::format("{} or > {}", Quoted(words), lowerBound);
  const auto accepts = [words = std::move(words), lowerBound](const ParamValue& value) {
    const std::string text = ToString(value);
    return Contains(words, text) || ParseNumber(text).value_or(std::nan("")) > lowerBound;
  };
  return {accepts, range};
}

ParamValidator listOf(std::vector<std::string> allowed) {
  const std::string range = "a comma-separated list of " + Quoted(allowed);
  return {[allowed = std::move(allowed)](const ParamValue& value) { return IsListOf(allowed, ToString(value)); }, range};
}

}  // namespace ParamValidators
}  // namespace sagespark::ml
