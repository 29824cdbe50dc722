#include "sagespark/ml/param.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

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

}  // namespace

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
