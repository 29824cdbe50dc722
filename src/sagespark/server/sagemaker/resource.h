#pragma once

#include <string>
#include <string_view>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/records/record_store.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// What the kinds of resources have in common: ARNs, AWS's words for what is there and what is not, list queries, tags.

/// Of a transform job or a production variant: they share this machine.
inline constexpr int64_t kMostInstances = 16;

/// "arn:aws:sagemaker:REGION:ACCOUNT:endpoint/name", the name in lower case as AWS has it.
std::string ArnOf(const RequestContext& context, RecordKind kind, std::string_view name);

/// ValidationException in AWS's words: "Could not find endpoint "ARN"."; of jobs "Requested resource not found.".
Error CouldNotFind(const RequestContext& context, RecordKind kind, std::string_view name);

/// In AWS's words: "Cannot create already existing endpoint "ARN"."; of jobs ResourceInUse.
Error AlreadyThere(const RequestContext& context, RecordKind kind, std::string_view name);

/// ValidationException for a setting that AWS has and the local cloud has not (yet).
Error NotOffered(std::string_view setting);

/// The record, or CouldNotFind.
Result<Record> Find(RecordStore& records, const RequestContext& context, RecordKind kind, const std::string& name);

/// Makes a record of now with the request's tags. Fails with AlreadyThere.
Result<Record> InsertRecord(RecordStore& records, const RequestContext& context, RecordKind kind, Record record,
                            const std::vector<aws::sagemaker::Tag>& tags);

/// The time of the request, to the millisecond, as it is kept.
SystemTime NowOf(const RequestContext& context);

/// What every list request has: order, page, name and creation time.
template <typename Request>
RecordQuery QueryOf(const Request& request, bool ascending_by_default) {
  RecordQuery query{.name_contains = request.name_contains.value_or(""),
                    .created_after = request.creation_time_after,
                    .created_before = request.creation_time_before,
                    .ascending = request.sort_order ? *request.sort_order == "Ascending" : ascending_by_default,
                    .limit = request.max_results.value_or(10),
                    .token = request.next_token.value_or("")};
  if (request.sort_by == "Name") query.order = RecordOrder::kName;
  if (request.sort_by == "Status") query.order = RecordOrder::kStatus;
  return query;
}

/// The token as replies have it.
inline std::optional<std::string> TokenOf(const RecordPage& page) {
  return page.next_token.empty() ? std::nullopt : std::optional(page.next_token);
}

}  // namespace sagespark::server
