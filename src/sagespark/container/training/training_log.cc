#include "sagespark/container/training/training_log.h"

#include <array>
#include <ctime>

#include "sagespark/container/python_text.h"

namespace sagespark::container {
namespace {

double UnixSeconds(SystemTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// "05/16/2021 12:27:47".
std::string LogTime(SystemTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const size_t length = std::strftime(text.data(), text.size(), "%m/%d/%Y %H:%M:%S", &parts);
  return std::string(text.data(), length);
}

std::string JsonString(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string MetricNumber(double value, bool is_integer) {
  return is_integer ? std::to_string(static_cast<int64_t>(value)) : PythonFloat(value);
}

std::string MetricsObject(const std::vector<MetricSummary>& metrics) {
  std::string text;
  for (const MetricSummary& metric : metrics) {
    text += (text.empty() ? "" : ", ") + JsonString(metric.name) + ": {\"sum\": " + PythonFloat(metric.sum) +
            ", \"count\": " + std::to_string(metric.count) +
            ", \"min\": " + MetricNumber(metric.min, metric.is_integer) +
            ", \"max\": " + MetricNumber(metric.max, metric.is_integer) + "}";
  }
  return "{" + text + "}";
}

}  // namespace

MetricSummary CountMetric(std::string name, int64_t value) {
  const double number = static_cast<double>(value);
  return {.name = std::move(name), .sum = number, .min = number, .max = number, .count = 1, .is_integer = true};
}

MetricSummary TimeMetric(std::string name, double milliseconds) {
  return {.name = std::move(name), .sum = milliseconds, .min = milliseconds, .max = milliseconds};
}

void TrainingLog::Raw(std::string_view line) { out_ << line << '\n' << std::flush; }

void TrainingLog::Line(std::string_view level, std::string_view text) {
  std::string line = "[" + LogTime(clock_.Now()) + " ";
  line.append(level).append(" ").append(std::to_string(options_.process_id)).append("] ").append(text);
  Raw(line);
}

void TrainingLog::QualityMetric(std::string_view channel, std::string_view name, std::string_view kind, double value,
                                std::optional<int64_t> epoch) {
  std::string text = "#quality_metric: host=" + options_.host;
  if (epoch) text += ", epoch=" + std::to_string(*epoch);
  text.append(", ").append(channel).append(" ").append(name).append(" <").append(kind).append(">=");
  Info(text + PythonFloat(value));
}

void TrainingLog::TestScore(std::string_view name, std::string_view kind, double value) {
  Info("#test_score (" + options_.host + ") : ('" + std::string(name) + "', " + PythonFloat(value) + ")");
  QualityMetric("test", name, kind, value);
}

void TrainingLog::Throughput(double records_per_second) {
  Info("#throughput_metric: host=" + options_.host + ", train throughput=" + PythonFloat(records_per_second) +
       " records/second");
}

void TrainingLog::Progress(double percent) {
  Info("#progress_metric: host=" + options_.host + ", completed " + PythonFloat(percent) + " % of epochs");
}

void TrainingLog::Metrics(SystemTime start, std::optional<int64_t> epoch, std::string_view meta,
                          const std::vector<MetricSummary>& metrics) {
  std::string dimensions = "\"Algorithm\": " + JsonString(options_.algorithm) + ", \"Host\": " +
                           JsonString(options_.host) + ", \"Operation\": \"training\"";
  if (epoch) dimensions += ", \"epoch\": " + std::to_string(*epoch);
  if (!meta.empty()) dimensions += ", \"Meta\": " + JsonString(meta);
  Raw("#metrics {\"StartTime\": " + PythonFloat(UnixSeconds(start)) + ", \"EndTime\": " +
      PythonFloat(UnixSeconds(clock_.Now())) + ", \"Dimensions\": {" + dimensions + "}, \"Metrics\": " +
      MetricsObject(metrics) + "}\n");
}

}  // namespace sagespark::container
