#include "sagespark/algo/hyperparameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sagespark::algo {
namespace {

std::string_view Trim(std::string_view text, std::string_view characters) {
  const size_t first = text.find_first_not_of(characters);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

std::optional<bool> Boolean(std::string_view text) {
  if (text == "true" || text == "True") return true;
  if (text == "false" || text == "False") return false;
  return std::nullopt;
}

/// "a, b or c".
std::string ListChoices(std::span<const std::string_view> choices) {
  std::string list;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) list += i + 1 == choices.size() ? " or " : ", ";
    list += choices[i];
  }
  return list;
}

std::string Describe(const RealRange& range) {
  const bool has_least = std::isfinite(range.least);
  const bool has_most = std::isfinite(range.most);
  if (!has_least && !has_most) return "a finite number";
  if (!has_most) return fmt::format("a number {} {}", range.is_least_open ? ">" : ">=", range.least);
  if (!has_least) return fmt::format("a number {} {}", range.is_most_open ? "<" : "<=", range.most);
  return fmt::format("a number in {}{}, {}{}", range.is_least_open ? '(' : '[', range.least, range.most,
                     range.is_most_open ? ')' : ']');
}

bool IsIn(double value, const RealRange& range) {
  if (!std::isfinite(value)) return false;
  const bool above = range.is_least_open ? value > range.least : value >= range.least;
  const bool below = range.is_most_open ? value < range.most : value <= range.most;
  return above && below;
}

}  // namespace

Error HyperparameterNotValid(std::string_view name, std::string_view value, std::string_view valid) {
  return InvalidArgument(fmt::format("Hyperparameter is not valid: {} = \"{}\", valid is {}", name, value, valid));
}

Status CheckHyperparameter(std::string_view name, int64_t value, IntegerRange range) {
  if (value >= range.least && value <= range.most) return Status::Ok();
  return HyperparameterNotValid(name, fmt::to_string(value),
                                fmt::format("an integer in [{}, {}]", range.least, range.most));
}

Status CheckHyperparameter(std::string_view name, double value, RealRange range) {
  if (IsIn(value, range)) return Status::Ok();
  return HyperparameterNotValid(name, fmt::to_string(value), Describe(range));
}

HyperparameterReader::HyperparameterReader(std::string_view algorithm, const HyperparameterMap& values,
                                           std::span<const std::string_view> known)
    : values_(values) {
  for (const auto& [name, value] : values) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto service = ServiceHyperparameters();
    const auto same_name = [&name](const auto& entry) { return entry.first == name; };
    if (std::any_of(service.begin(), service.end(), same_name)) continue;
    Fail(InvalidArgument(fmt::format("Hyperparameter is unknown to {}: {}", algorithm, name)));
    return;
  }
}

const std::string* HyperparameterReader::Find(std::string_view name) const {
  if (!status_.ok()) return nullptr;
  const auto found = values_.find(std::string(name));
  return found == values_.end() ? nullptr : &found->second;
}

void HyperparameterReader::Fail(Error error) {
  if (status_.ok()) status_ = std::move(error);
}

HyperparameterReader& HyperparameterReader::Require(std::string_view name) {
  if (status_.ok() && Find(name) == nullptr) {
    Fail(InvalidArgument(fmt::format("Required hyperparameter is missing: {}", name)));
  }
  return *this;
}

template <typename Number>
bool HyperparameterReader::ReadNumber(std::string_view name, std::string_view kind, Number& number) {
  const std::string* text = Find(name);
  if (text == nullptr) return false;
  const char* end = text->data() + text->size();
  const auto [parsed_to, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc() && parsed_to == end) return true;
  Fail(HyperparameterNotValid(name, *text, kind));
  return false;
}

HyperparameterReader& HyperparameterReader::Read(std::string_view name, std::string& field) {
  if (const std::string* text = Find(name)) field = *text;
  return *this;
}

HyperparameterReader& HyperparameterReader::Read(std::string_view name, int64_t& field, IntegerRange range) {
  int64_t value = 0;
  if (!ReadNumber(name, "an integer", value)) return *this;
  if (Status status = CheckHyperparameter(name, value, range); !status.ok()) Fail(status.error());
  field = value;
  return *this;
}

HyperparameterReader& HyperparameterReader::Read(std::string_view name, std::optional<int64_t>& field,
                                                 IntegerRange range) {
  const std::string* text = Find(name);
  if (text == nullptr || *text == "auto") return *this;
  int64_t value = 0;
  if (!ReadNumber(name, "an integer or auto", value)) return *this;
  if (Status status = CheckHyperparameter(name, value, range); !status.ok()) Fail(status.error());
  field = value;
  return *this;
}

HyperparameterReader& HyperparameterReader::Read(std::string_view name, double& field, RealRange range) {
  double value = 0;
  if (!ReadNumber(name, "a number", value)) return *this;
  if (Status status = CheckHyperparameter(name, value, range); !status.ok()) Fail(status.error());
  field = value;
  return *this;
}

HyperparameterReader& HyperparameterReader::Read(std::string_view name, std::optional<double>& field, RealRange range) {
  const std::string* text = Find(name);
  if (text == nullptr || *text == "auto") return *this;
  double value = 0;
  if (!ReadNumber(name, "a number or auto", value)) return *this;
  if (Status status = CheckHyperparameter(name, value, range); !status.ok()) Fail(status.error());
  field = value;
  return *this;
}

HyperparameterReader& HyperparameterReader::Read(std::string_view name, bool& field) {
  const std::string* text = Find(name);
  if (text == nullptr) return *this;
  if (const auto value = Boolean(*text)) {
    field = *value;
  } else {
    Fail(HyperparameterNotValid(name, *text, "true or false"));
  }
  return *this;
}

HyperparameterReader& HyperparameterReader::Read(std::string_view name, std::optional<bool>& field) {
  const std::string* text = Find(name);
  if (text == nullptr || *text == "auto") return *this;
  field = Boolean(*text);
  if (!field) Fail(HyperparameterNotValid(name, *text, "true, false or auto"));
  return *this;
}

std::optional<size_t> HyperparameterReader::FindChoice(std::string_view name,
                                                       std::span<const std::string_view> choices) {
  const std::string* text = Find(name);
  if (text == nullptr) return std::nullopt;
  const auto found = std::find(choices.begin(), choices.end(), *text);
  if (found != choices.end()) return static_cast<size_t>(found - choices.begin());
  Fail(HyperparameterNotValid(name, *text, ListChoices(choices)));
  return std::nullopt;
}

std::vector<size_t> HyperparameterReader::FindChoices(std::string_view name,
                                                      std::span<const std::string_view> choices) {
  const std::string* text = Find(name);
  if (text == nullptr) return {};
  std::string_view list = Trim(*text, " \t\n");
  if (list.starts_with('[') && list.ends_with(']') && list.size() >= 2) list = list.substr(1, list.size() - 2);
  std::vector<size_t> chosen;
  for (size_t start = 0; start <= list.size();) {
    const size_t end = std::min(list.find(',', start), list.size());
    const auto found = std::find(choices.begin(), choices.end(), Trim(list.substr(start, end - start), " \t\n\"'"));
    if (found == choices.end()) {
      Fail(HyperparameterNotValid(name, *text, fmt::format("a JSON list of {}", fmt::join(choices, " and "))));
      return {};
    }
    const auto index = static_cast<size_t>(found - choices.begin());
    if (std::find(chosen.begin(), chosen.end(), index) == chosen.end()) chosen.push_back(index);
    start = end + 1;
  }
  return chosen;
}

HyperparameterReader& HyperparameterReader::CheckTuningMetric(std::span<const std::string_view> metrics) {
  constexpr std::string_view kName = "_tuning_objective_metric";
  const std::string* text = Find(kName);
  if (text != nullptr && !text->empty()) FindChoice(kName, metrics);
  return *this;
}

std::span<const std::pair<std::string_view, std::string_view>> ServiceHyperparameters() {
  static constexpr std::pair<std::string_view, std::string_view> kHyperparameters[] = {
      {"_disable_wait_to_read", "false"},
      {"_enable_profiler", "false"},
      {"_kvstore", "auto"},
      {"_log_level", "info"},
      {"_num_gpus", "auto"},
      {"_num_kv_servers", "1"},
      {"_num_slices", "1"},
      {"_tuning_objective_metric", ""},
  };
  return kHyperparameters;
}

}  // namespace sagespark::algo
