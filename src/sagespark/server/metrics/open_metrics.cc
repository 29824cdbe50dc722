#include "sagespark/server/metrics/open_metrics.h"

#include <charconv>
#include <cmath>

namespace sagespark::server {
namespace {

constexpr std::string_view kUnitSuffixes[] = {"_seconds", "_bytes"};

std::string_view NameOf(MetricType type) {
  switch (type) {
    case MetricType::kCounter: return "counter";
    case MetricType::kGauge: return "gauge";
    case MetricType::kHistogram: return "histogram";
    case MetricType::kInfo: return "info";
  }
  return "unknown";
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return escaped;
}

/// Shortest digits that read back the same; whole numbers without a fraction.
std::string Number(double value) {
  char digits[32];
  const bool is_whole = std::abs(value) < 1e15 && value == std::floor(value);
  const auto end = is_whole ? std::to_chars(digits, digits + sizeof(digits), static_cast<int64_t>(value)).ptr
                            : std::to_chars(digits, digits + sizeof(digits), value).ptr;
  return std::string(digits, end);
}

/// Bounds are written with a fraction always, and never with an exponent: "1.0", "0.0001".
std::string Bound(int64_t microseconds) {
  char digits[32];
  const double seconds = static_cast<double>(microseconds) / 1e6;
  const std::string text(digits, std::to_chars(digits, digits + sizeof(digits), seconds, std::chars_format::fixed).ptr);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

}  // namespace

void OpenMetricsWriter::Family(std::string_view name, MetricType type, std::string_view help) {
  family_ = name;
  type_ = type;
  out_.append("# TYPE ").append(name).append(" ").append(NameOf(type)).append("\n");
  for (const std::string_view suffix : kUnitSuffixes) {
    if (name.ends_with(suffix)) out_.append("# UNIT ").append(name).append(" ").append(suffix.substr(1)).append("\n");
  }
  out_.append("# HELP ").append(name).append(" ").append(Escaped(help)).append("\n");
}

void OpenMetricsWriter::Sample(const MetricLabels& labels, double value) {
  Line(type_ == MetricType::kCounter ? "_total" : type_ == MetricType::kInfo ? "_info" : "", labels, value);
}

void OpenMetricsWriter::Histogram(const MetricLabels& labels, const LatencyHistogram& histogram) {
  uint64_t count = 0;
  MetricLabels with_bound = labels;
  with_bound.emplace_back("le", "");
  for (size_t i = 0; i <= LatencyHistogram::kBounds.size(); ++i) {
    count += histogram.bucket(i);
    const std::string bound = i < LatencyHistogram::kBounds.size() ? Bound(LatencyHistogram::kBounds[i]) : "+Inf";
    with_bound.back().second = bound;
    Line("_bucket", with_bound, static_cast<double>(count));
  }
  Line("_count", labels, static_cast<double>(count));
  Line("_sum", labels, histogram.sum_seconds());
}

void OpenMetricsWriter::Line(std::string_view suffix, const MetricLabels& labels, double value) {
  out_.append(family_).append(suffix);
  char separator = '{';
  for (const auto& [name, text] : labels) {
    out_.append(1, separator).append(name).append("=\"").append(Escaped(text)).append("\"");
    separator = ',';
  }
  out_.append(labels.empty() ? " " : "} ").append(Number(value)).append("\n");
}

std::string OpenMetricsWriter::Take() {
  out_.append("# EOF\n");
  return std::move(out_);
}

}  // namespace sagespark::server
