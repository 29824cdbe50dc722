#pragma once

#include "sagespark/server/logs/log_store.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// CloudWatch Logs, as far as tailing, searching and tidying need it: groups, streams and their events.
///
/// Tokens of GetLogEvents name a position, so a tail sees every event once; at the end of a stream the token that was
/// sent comes back, which is how clients know the end.
class LogsService final : public JsonService {
 public:
  explicit LogsService(LogStore& store) : store_(store) {}

  Result<json::Value> Handle(const RequestContext& context, std::string_view operation, const json::Value& input) override;
  Offered offered() const override;

 private:
  struct Operation {
    std::string_view name;
    Result<json::Value> (LogsService::*run)(const RequestContext& context, const json::Value& input);
  };
  static const Operation kOperations[];

  Result<json::Value> CreateLogGroup(const RequestContext& context, const json::Value& input);
  Result<json::Value> CreateLogStream(const RequestContext& context, const json::Value& input);
  Result<json::Value> DeleteLogGroup(const RequestContext& context, const json::Value& input);
  Result<json::Value> DeleteLogStream(const RequestContext& context, const json::Value& input);
  Result<json::Value> DescribeLogGroups(const RequestContext& context, const json::Value& input);
  Result<json::Value> DescribeLogStreams(const RequestContext& context, const json::Value& input);
  Result<json::Value> FilterLogEvents(const RequestContext& context, const json::Value& input);
  Result<json::Value> GetLogEvents(const RequestContext& context, const json::Value& input);
  Result<json::Value> PutLogEvents(const RequestContext& context, const json::Value& input);

  LogStore& store_;
};

}  // namespace sagespark::server
