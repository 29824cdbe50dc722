#include "sagespark/server/logs/logs_service.h"

#include <charconv>

#include "sagespark/aws/model/logs.h"
#include "sagespark/aws/model/logs_rules.h"
#include "sagespark/base/uri.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/logs/filter_pattern.h"

namespace sagespark::server {
namespace {

namespace logs = aws::logs;

constexpr int64_t kOldestEventMillis = int64_t{14} * 24 * 3'600'000;
constexpr int64_t kNewestEventMillis = 2 * 3'600'000;
constexpr size_t kMostBatchBytes = 1 << 20;
constexpr size_t kEventBytes = 26;  // What an event counts beside its message.

Error InvalidParameter(std::string message) {
  return CodedError(ErrorKind::kInvalidArgument, "InvalidParameterException", std::move(message));
}

std::string GroupArn(const RequestContext& context, std::string_view group) {
  return "arn:aws:logs:" + context.region + ":" + context.account_id + ":log-group:" + std::string(group);
}

/// A group may be given by name or by ARN ("...:log-group:NAME", with or without ":*").
Result<std::string> GroupOf(const std::optional<std::string>& name, const std::optional<std::string>& identifier) {
  if (name.has_value() == identifier.has_value()) {
    return InvalidParameter("Exactly one of logGroupName and logGroupIdentifier is wanted");
  }
  if (name) return *name;
  std::string group = *identifier;
  const size_t arn = group.find(":log-group:");
  if (arn != std::string::npos) group = group.substr(arn + std::string_view(":log-group:").size());
  if (group.ends_with(":*")) group.resize(group.size() - 2);
  return group;
}

/// What a token of letter and number ("f/17") holds.
Result<int64_t> PositionOf(std::string_view token, char letter) {
  int64_t position = 0;
  const bool fits = token.size() > 2 && token[0] == letter && token[1] == '/';
  const auto parsed = fits ? std::from_chars(token.data() + 2, token.data() + token.size(), position) : std::from_chars_result{};
  if (!fits || parsed.ec != std::errc() || parsed.ptr != token.data() + token.size()) {
    return InvalidParameter("The specified nextToken is invalid.");
  }
  return position;
}

/// Of FilterLogEvents: "TIME/STREAM/SEQUENCE".
std::string TokenOf(const LogStore::GroupPosition& position) {
  return std::to_string(position.timestamp) + "/" + std::to_string(position.stream) + "/" + std::to_string(position.sequence);
}

Result<LogStore::GroupPosition> GroupPositionOf(std::string_view token) {
  LogStore::GroupPosition position;
  int64_t* const parts[] = {&position.timestamp, &position.stream, &position.sequence};
  for (int64_t* part : parts) {
    const auto parsed = std::from_chars(token.data(), token.data() + token.size(), *part);
    token.remove_prefix(static_cast<size_t>(parsed.ptr - token.data()));
    const bool is_last = part == &position.sequence;
    if (parsed.ec != std::errc() || (is_last ? !token.empty() : !token.starts_with('/'))) {
      return InvalidParameter("The specified nextToken is invalid.");
    }
    if (!is_last) token.remove_prefix(1);
  }
  return position;
}

std::string Token(char letter, int64_t position) { return std::string(1, letter) + "/" + std::to_string(position); }

}  // namespace

const LogsService::Operation LogsService::kOperations[] = {
    {"CreateLogGroup", &LogsService::CreateLogGroup},
    {"CreateLogStream", &LogsService::CreateLogStream},
    {"DeleteLogGroup", &LogsService::DeleteLogGroup},
    {"DeleteLogStream", &LogsService::DeleteLogStream},
    {"DescribeLogGroups", &LogsService::DescribeLogGroups},
    {"DescribeLogStreams", &LogsService::DescribeLogStreams},
    {"FilterLogEvents", &LogsService::FilterLogEvents},
    {"GetLogEvents", &LogsService::GetLogEvents},
    {"PutLogEvents", &LogsService::PutLogEvents},
};

Offered LogsService::offered() const {
  Offered offered{.service = "logs"};
  for (const Operation& operation : kOperations) offered.operations.emplace_back(operation.name);
  return offered;
}

Result<json::Value> LogsService::Handle(const RequestContext& context, std::string_view operation, const json::Value& input) {
  const aws::OperationRule* rule = aws::FindOperation(logs::OperationRules(), operation);
  if (rule == nullptr) return Unimplemented("Operation is not offered: " + std::string(operation));
  if (Status status = aws::Validate(*rule->input, input); !status.ok()) {
    const Error& error = status.error();
    return error.code() == "ValidationException" ? InvalidParameter(error.message()) : error;
  }
  for (const Operation& offered : kOperations) {
    if (offered.name == operation) return (this->*offered.run)(context, input);
  }
  return Unimplemented("Operation is not offered: " + std::string(operation));
}

Result<json::Value> LogsService::DescribeLogGroups(const RequestContext& context, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::DescribeLogGroupsRequest>(input));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string after, PercentDecode(request.next_token.value_or("")));
  const int64_t limit = request.limit.value_or(50);
  SAGESPARK_ASSIGN_OR_RETURN(auto groups, store_.Groups(request.log_group_name_prefix.value_or(""),
                                                        request.log_group_name_pattern.value_or(""), after, limit + 1));
  logs::DescribeLogGroupsResponse response;
  if (static_cast<int64_t>(groups.size()) > limit) {
    groups.pop_back();
    response.next_token = PercentEncode(groups.back().name);
  }
  for (const LogGroupInfo& group : groups) {
    const std::string arn = GroupArn(context, group.name);
    response.log_groups.push_back({.log_group_name = group.name,
                                   .creation_time = group.creation_time,
                                   .metric_filter_count = 0,
                                   .arn = arn + ":*",
                                   .stored_bytes = group.stored_bytes,
                                   .log_group_class = std::string(logs::log_group_class::kSTANDARD),
                                   .log_group_arn = arn});
  }
  return ToJson(response);
}

Result<json::Value> LogsService::DescribeLogStreams(const RequestContext& context, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::DescribeLogStreamsRequest>(input));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string group, GroupOf(request.log_group_name, request.log_group_identifier));
  const bool by_time = request.order_by == logs::order_by::kLastEventTime;
  if (by_time && request.log_stream_name_prefix) {
    return InvalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  int64_t offset = 0;
  if (request.next_token) {
    SAGESPARK_ASSIGN_OR_RETURN(offset, PositionOf(*request.next_token, 's'));
  }
  const int64_t limit = request.limit.value_or(50);
  SAGESPARK_ASSIGN_OR_RETURN(
      auto streams, store_.Streams(group, request.log_stream_name_prefix.value_or(""),
                                   by_time ? LogStreamOrder::kLastEventTime : LogStreamOrder::kName,
                                   request.descending.value_or(false), offset, limit + 1));
  logs::DescribeLogStreamsResponse response;
  if (static_cast<int64_t>(streams.size()) > limit) {
    streams.pop_back();
    response.next_token = Token('s', offset + limit);
  }
  for (const LogStreamInfo& stream : streams) {
    response.log_streams.push_back({.log_stream_name = stream.name,
                                    .creation_time = stream.creation_time,
                                    .first_event_timestamp = stream.first_event,
                                    .last_event_timestamp = stream.last_event,
                                    .last_ingestion_time = stream.last_event,
                                    .arn = GroupArn(context, group) + ":log-stream:" + stream.name,
                                    .stored_bytes = 0});
  }
  return ToJson(response);
}

Result<json::Value> LogsService::GetLogEvents(const RequestContext&, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::GetLogEventsRequest>(input));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string group, GroupOf(request.log_group_name, request.log_group_identifier));
  LogStore::EventRange range{.start_time = request.start_time.value_or(INT64_MIN),
                             .end_time = request.end_time.value_or(INT64_MAX),
                             .from_head = request.start_from_head.value_or(false),
                             .limit = request.limit.value_or(10'000)};
  // A token decides the direction; startFromHead speaks for the first call only.
  if (request.next_token && request.next_token->starts_with("b/")) {
    SAGESPARK_ASSIGN_OR_RETURN(range.before, PositionOf(*request.next_token, 'b'));
    range.from_head = false;
  } else if (request.next_token) {
    SAGESPARK_ASSIGN_OR_RETURN(range.after, PositionOf(*request.next_token, 'f'));
    range.from_head = true;
  }
  // Read before the events: an event that comes between must not be skipped by the forward token.
  SAGESPARK_ASSIGN_OR_RETURN(const int64_t last, store_.LastSequence(group, request.log_stream_name));
  SAGESPARK_ASSIGN_OR_RETURN(const auto events, store_.Events(group, request.log_stream_name, range));

  logs::GetLogEventsResponse response;
  for (const LogEvent& event : events) {
    response.events.push_back({.timestamp = event.timestamp, .message = event.message, .ingestion_time = event.timestamp});
  }
  // With nothing in the range both tokens stay where they are, so the token that was sent comes back.
  const int64_t empty_forward = range.before != INT64_MAX ? range.before - 1 : range.from_head ? range.after : last;
  const int64_t empty_backward = range.before != INT64_MAX ? range.before : empty_forward + 1;
  response.next_forward_token = Token('f', events.empty() ? empty_forward : events.back().sequence);
  response.next_backward_token = Token('b', events.empty() ? empty_backward : events.front().sequence);
  json::Value reply = ToJson(response);
  reply.if_object()->try_emplace("events", json::Array());  // Clients loop over it without asking.
  return reply;
}

/// A page is what matches among so many events that were looked at: it may be empty and have a next one, as CloudWatch's.
Result<json::Value> LogsService::FilterLogEvents(const RequestContext&, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::FilterLogEventsRequest>(input));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string group, GroupOf(request.log_group_name, request.log_group_identifier));
  if (!request.log_stream_names.empty() && request.log_stream_name_prefix) {
    return InvalidParameter("logStreamNames and logStreamNamePrefix exclude each other.");
  }
  const auto pattern = FilterPattern::Parse(request.filter_pattern.value_or(""));
  if (!pattern.ok()) return InvalidParameter(pattern.error().message());
  LogStore::GroupRange range{.stream_prefix = request.log_stream_name_prefix.value_or(""),
                             .streams = request.log_stream_names,
                             .start_time = request.start_time.value_or(INT64_MIN),
                             .end_time = request.end_time.value_or(INT64_MAX)};
  if (request.next_token) {
    SAGESPARK_ASSIGN_OR_RETURN(range.after, GroupPositionOf(*request.next_token));
  }
  const auto limit = static_cast<size_t>(request.limit.value_or(10'000));
  SAGESPARK_ASSIGN_OR_RETURN(const auto events, store_.EventsOfGroup(group, range));
  logs::FilterLogEventsResponse response;
  for (const LogStore::GroupEvent& event : events) {
    if (response.events.size() == limit) break;
    range.after = event.position;
    if (!pattern->Matches(event.message)) continue;
    response.events.push_back({.log_stream_name = event.stream,
                               .timestamp = event.position.timestamp,
                               .message = event.message,
                               .ingestion_time = event.position.timestamp,
                               .event_id = TokenOf(event.position)});
  }
  if (!events.empty()) {
    range.limit = 1;
    SAGESPARK_ASSIGN_OR_RETURN(const auto more, store_.EventsOfGroup(group, range));
    if (!more.empty()) response.next_token = TokenOf(range.after);
  }
  json::Value reply = ToJson(response);
  for (const char* list : {"events", "searchedLogStreams"}) reply.if_object()->try_emplace(list, json::Array());
  return reply;
}

Result<json::Value> LogsService::CreateLogGroup(const RequestContext&, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::CreateLogGroupRequest>(input));
  const bool is_plain = request.log_group_class.value_or("STANDARD") == logs::log_group_class::kSTANDARD;
  if (request.kms_key_id || !request.tags.empty() || request.deletion_protection_enabled.value_or(false) || !is_plain) {
    return InvalidParameter("The local cloud does not offer this yet: kmsKeyId, tags, deletion protection and other classes of log groups");
  }
  SAGESPARK_RETURN_IF_ERROR(store_.CreateGroup(request.log_group_name));
  return json::Value(json::Object());
}

Result<json::Value> LogsService::CreateLogStream(const RequestContext&, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::CreateLogStreamRequest>(input));
  SAGESPARK_RETURN_IF_ERROR(store_.CreateStreamInGroup(request.log_group_name, request.log_stream_name));
  return json::Value(json::Object());
}

Result<json::Value> LogsService::DeleteLogGroup(const RequestContext&, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::DeleteLogGroupRequest>(input));
  SAGESPARK_RETURN_IF_ERROR(store_.DeleteGroup(request.log_group_name));
  return json::Value(json::Object());
}

Result<json::Value> LogsService::DeleteLogStream(const RequestContext&, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::DeleteLogStreamRequest>(input));
  SAGESPARK_RETURN_IF_ERROR(store_.DeleteStream(request.log_group_name, request.log_stream_name));
  return json::Value(json::Object());
}

/// Events of more than 14 days ago or 2 hours ahead are left out, and the reply says which.
Result<json::Value> LogsService::PutLogEvents(const RequestContext&, const json::Value& input) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto request, aws::FromJson<logs::PutLogEventsRequest>(input));
  const int64_t oldest = store_.Now() - kOldestEventMillis;
  const int64_t newest = store_.Now() + kNewestEventMillis;
  std::vector<LogEvent> kept;
  logs::RejectedLogEventsInfo rejected;
  size_t bytes = 0;
  for (size_t i = 0; i < request.log_events.size(); ++i) {
    const logs::InputLogEvent& event = request.log_events[i];
    bytes += event.message.size() + kEventBytes;
    if (i > 0 && event.timestamp < request.log_events[i - 1].timestamp) {
      return InvalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    }
    if (event.timestamp < oldest) rejected.too_old_log_event_end_index = static_cast<int64_t>(i) + 1;
    if (event.timestamp > newest && !rejected.too_new_log_event_start_index) rejected.too_new_log_event_start_index = static_cast<int64_t>(i);
    if (event.timestamp >= oldest && event.timestamp <= newest) kept.push_back({.timestamp = event.timestamp, .message = event.message});
  }
  if (bytes > kMostBatchBytes) {
    return InvalidParameter("Upload too large: " + std::to_string(bytes) + " bytes exceeds limit of " + std::to_string(kMostBatchBytes));
  }
  SAGESPARK_RETURN_IF_ERROR(store_.AppendEvents(request.log_group_name, request.log_stream_name, kept));
  SAGESPARK_ASSIGN_OR_RETURN(const int64_t last, store_.LastSequence(request.log_group_name, request.log_stream_name));
  logs::PutLogEventsResponse response{.next_sequence_token = std::to_string(last + 1)};
  if (kept.size() < request.log_events.size()) response.rejected_log_events_info = rejected;
  return ToJson(response);
}

}  // namespace sagespark::server
