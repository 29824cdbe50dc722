#include "sagespark/server/jobs/log_metrics.h"

#include <re2/re2.h>

#include <cmath>
#include <cstdlib>
#include <string_view>

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;

constexpr size_t kMostMetrics = 40;
constexpr int64_t kMostRegexBytes = 1 << 20;  ///< Of a compiled expression.

/// What the service calls a metric of a log line; the lines of the linear learner and factorization machines have parameters in
/// their names.
std::string PublishedName(const std::string& name) {
  if (name.ends_with("_objective")) return "objective_loss";
  for (const std::string_view plain : {"binary_f", "macro_f", "multiclass_top_k_accuracy"}) {
    const bool has_parameter = name.starts_with(plain) && name.size() > plain.size() + 1 && name[plain.size()] == '_' &&
                               name.find_first_not_of("0123456789.", plain.size() + 1) == std::string::npos;
    if (has_parameter) return std::string(plain) + (plain.ends_with("_f") ? "_beta" : "");
  }
  return name;
}

}  // namespace

struct LogMetrics::Rules {
  struct Own {
    std::string name;
    std::unique_ptr<RE2> expression;
  };

  std::vector<Own> own;
  const RE2 quality{R"(#quality_metric: host=\S+, (?:epoch=\S+, )?(train|validation|test) (\S+) <(?:loss|score)>=(\S+))"};
  const RE2 throughput{R"(#throughput_metric: host=\S+, (train|validation|test) throughput=(\S+) records/second)"};
  const RE2 progress{R"(#progress_metric: host=\S+, completed (\S+) %)"};
  const RE2 boosting_round{R"(^(?:.*\s)?\[\d+\]((?:(?:#011|\t)[^\s#]+-[^\s:#]+:[^\s#]+)+))"};
  const RE2 boosting_value{R"((?:#011|\t)([^\s#]+)-([^\s:#-]+):([^\s#]+))"};
};

LogMetrics::LogMetrics(std::unique_ptr<Rules> rules) : rules_(std::move(rules)) {}
LogMetrics::~LogMetrics() = default;

Result<std::unique_ptr<LogMetrics>> LogMetrics::Make(const std::vector<sm::MetricDefinition>& definitions) {
  auto rules = std::make_unique<Rules>();
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostRegexBytes);
  for (const sm::MetricDefinition& definition : definitions) {
    auto expression = std::make_unique<RE2>(definition.regex, options);
    if (!expression->ok()) {
      return InvalidArgument("Regular expression of a metric cannot be used: " + definition.name + ": " + expression->error());
    }
    if (expression->NumberOfCapturingGroups() < 1) {
      return InvalidArgument("Regular expression of a metric has no group for the value: " + definition.name);
    }
    rules->own.push_back({definition.name, std::move(expression)});
  }
  return std::unique_ptr<LogMetrics>(new LogMetrics(std::move(rules)));
}

void LogMetrics::Add(const std::vector<std::string>& lines, SystemTime now) {
  const std::lock_guard lock(mutex_);
  for (const std::string& line : lines) {
    if (rules_->own.empty()) AddBuiltIn(line, now);
    else AddOwn(line, now);
  }
}

void LogMetrics::AddOwn(const std::string& line, SystemTime now) {
  for (const Rules::Own& own : rules_->own) {
    re2::StringPiece rest(line);
    std::string value;
    for (size_t before = 0; before != rest.size();) {  // An empty match does not get on.
      before = rest.size();
      if (RE2::FindAndConsume(&rest, *own.expression, &value)) Set(own.name, value, now);
    }
  }
}

void LogMetrics::AddBuiltIn(const std::string& line, SystemTime now) {
  std::string channel;
  std::string name;
  std::string value;
  if (line.find("_metric: ") != std::string::npos) {
    if (RE2::PartialMatch(line, rules_->quality, &channel, &name, &value)) {
      Set(channel + ":" + PublishedName(name), value, now);
    }
    if (RE2::PartialMatch(line, rules_->throughput, &channel, &value)) Set(channel + ":throughput", value, now);
    if (RE2::PartialMatch(line, rules_->progress, &value)) Set("train:progress", value, now);
    return;
  }
  std::string round;
  if (!RE2::PartialMatch(line, rules_->boosting_round, &round)) return;
  re2::StringPiece rest(round);
  while (RE2::FindAndConsume(&rest, rules_->boosting_value, &channel, &name, &value)) Set(channel + ":" + name, value, now);
}

void LogMetrics::Set(const std::string& name, const std::string& text, SystemTime now) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  while (*end == ',' || *end == ';' || *end == '.') ++end;  // "loss=0.5," of an expression like "loss=(\S+)".
  if (end == text.c_str() || *end != '\0' || !std::isfinite(value)) return;
  for (sm::MetricData& metric : last_) {
    if (metric.metric_name != name) continue;
    metric.value = value;
    metric.timestamp = now;
    return;
  }
  if (last_.size() < kMostMetrics) last_.push_back({.metric_name = name, .value = value, .timestamp = now});
}

std::vector<sm::MetricData> LogMetrics::Last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace sagespark::server
