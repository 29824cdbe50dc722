#include "sagespark/aws/client/log_follower.h"

#include <utility>

namespace sagespark::aws {

Result<std::vector<LogLine>> LogFollower::NewLines(const CancellationToken& cancellation) {
  if (next_tokens_.size() < streams_expected_) SAGESPARK_RETURN_IF_ERROR(FindStreams(cancellation));
  for (auto& [stream, token] : next_tokens_) SAGESPARK_RETURN_IF_ERROR(ReadStream(stream, token, cancellation));
  return std::exchange(lines_, {});
}

Status LogFollower::FindStreams(const CancellationToken& cancellation) {
  logs::DescribeLogStreamsRequest request{.log_group_name = group_};
  if (!prefix_.empty()) request.log_stream_name_prefix = prefix_;
  do {
    const auto page = client_.DescribeLogStreams(request, {.cancellation = cancellation});
    if (!page.ok()) return page.error().kind() == ErrorKind::kNotFound ? Status::Ok() : Status(page.error());
    for (const auto& stream : page->log_streams) {
      if (stream.log_stream_name) next_tokens_.emplace(*stream.log_stream_name, "");
    }
    request.next_token = page->next_token;
  } while (request.next_token);
  return Status::Ok();
}

Status LogFollower::ReadStream(const std::string& stream, std::string& token, const CancellationToken& cancellation) {
  for (;;) {
    logs::GetLogEventsRequest request{.log_group_name = group_, .log_stream_name = stream, .start_from_head = true};
    if (!token.empty()) request.next_token = token;
    SAGESPARK_ASSIGN_OR_RETURN(const auto page, client_.GetLogEvents(request, {.cancellation = cancellation}));
    for (const auto& event : page.events) lines_.push_back({stream, event.message.value_or("")});
    // The service repeats the token at the end of what there is.
    const std::string next = page.next_forward_token.value_or(token);
    const bool at_end = next == token || page.events.empty();
    token = next;
    if (at_end) return Status::Ok();
  }
}

}  // namespace sagespark::aws
