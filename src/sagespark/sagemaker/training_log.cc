#include "sagespark/sagemaker/training_log.h"

namespace sagespark::sagemaker {
namespace {

constexpr size_t kTailLines = 20;

}  // namespace

std::vector<std::string> TrainingLog::NewLines(const CancellationToken& cancellation) {
  Result<std::vector<aws::LogLine>> news = follower_.NewLines(cancellation);
  std::vector<std::string> lines;
  if (!news.ok()) return lines;
  for (aws::LogLine& line : *news) {
    last_lines_.push_back(line.text);
    if (last_lines_.size() > kTailLines) last_lines_.pop_front();
    lines.push_back(std::move(line.text));
  }
  return lines;
}

std::string TrainingLog::Tail() const {
  std::string tail;
  for (const std::string& line : last_lines_) tail += (tail.empty() ? "" : "\n") + line;
  return tail;
}

bool IsMetricLine(std::string_view line) {
  return line.find("#quality_metric") != std::string_view::npos || line.find("#progress_metric") != std::string_view::npos;
}

}  // namespace sagespark::sagemaker
