#include "sagespark/sagemaker/training_log.h"

namespace sagespark::sagemaker {
namespace {

constexpr char kLogGroup[] = "/aws/sagemaker/TrainingJobs";
constexpr size_t kTailLines = 20;

}  // namespace

std::vector<std::string> TrainingLog::NewLines(const CancellationToken& cancellation) {
  if (next_tokens_.size() < instances_) FindStreams(cancellation);
  std::vector<std::string> lines;
  for (auto& [stream, token] : next_tokens_) ReadStream(stream, token, cancellation, lines);
  for (const std::string& line : lines) {
    last_lines_.push_back(line);
    if (last_lines_.size() > kTailLines) last_lines_.pop_front();
  }
  return lines;
}

std::string TrainingLog::Tail() const {
  std::string tail;
  for (const std::string& line : last_lines_) tail += (tail.empty() ? "" : "\n") + line;
  return tail;
}

void TrainingLog::FindStreams(const CancellationToken& cancellation) {
  const auto streams = client_.DescribeLogStreams(
      {.log_group_name = kLogGroup, .log_stream_name_prefix = job_name_ + "/"}, {.cancellation = cancellation});
  if (!streams.ok()) return;
  for (const auto& stream : streams->log_streams) {
    if (stream.log_stream_name) next_tokens_.emplace(*stream.log_stream_name, "");
  }
}

void TrainingLog::ReadStream(const std::string& stream, std::string& token, const CancellationToken& cancellation,
                             std::vector<std::string>& lines) {
  for (;;) {
    aws::logs::GetLogEventsRequest request{
        .log_group_name = kLogGroup, .log_stream_name = stream, .start_from_head = true};
    if (!token.empty()) request.next_token = token;
    const auto page = client_.GetLogEvents(request, {.cancellation = cancellation});
    if (!page.ok()) return;
    for (const auto& event : page->events) lines.push_back(event.message.value_or(""));
    // The service repeats the token at the end of what there is.
    const std::string next = page->next_forward_token.value_or(token);
    if (next == token || page->events.empty()) {
      token = next;
      return;
    }
    token = next;
  }
}

bool IsMetricLine(std::string_view line) {
  return line.find("#quality_metric") != std::string_view::npos || line.find("#progress_metric") != std::string_view::npos;
}

}  // namespace sagespark::sagemaker
