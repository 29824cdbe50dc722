#include "sagespark/server/sagemaker/tag_handlers.h"

#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;

constexpr size_t kMostTags = 50;

Error Invalid(std::string message) { return CodedError(ErrorKind::kInvalidArgument, "ValidationException", std::move(message)); }

}  // namespace

/// ARNs have names in lower case: the record is looked for among those whose names differ in case at most.
Result<TagHandlers::Place> TagHandlers::Find(const std::string& arn) {
  const std::pair<std::string_view, RecordKind> kinds[] = {{":training-job/", RecordKind::kTrainingJob},
                                                           {":transform-job/", RecordKind::kTransformJob},
                                                           {":model/", RecordKind::kModel},
                                                           {":endpoint-config/", RecordKind::kEndpointConfig},
                                                           {":endpoint/", RecordKind::kEndpoint}};
  for (const auto& [type, kind] : kinds) {
    const size_t at = arn.find(type);
    if (at == std::string::npos) continue;
    RecordQuery query{.name_contains = arn.substr(at + type.size()), .limit = 100};
    do {
      SAGESPARK_ASSIGN_OR_RETURN(const RecordPage page, records_.List(kind, query));
      for (const Record& record : page.records) {
        if (record.arn == arn) return Place{kind, record.name};
      }
      query.token = page.next_token;
    } while (!query.token.empty());
  }
  return Invalid("Could not find the resource \"" + arn + "\".");
}

Result<sm::AddTagsResponse> TagHandlers::Add(const sm::AddTagsRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Place place, Find(request.resource_arn));
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, records_.Update(place.kind, place.name, [&](Record& changed) -> Status {
    for (const sm::Tag& tag : request.tags) changed.tags[tag.key] = tag.value;
    return changed.tags.size() > kMostTags ? Status(Invalid("A resource may have at most 50 tags")) : Status::Ok();
  }));
  sm::AddTagsResponse response;
  for (const auto& [key, value] : record.tags) response.tags.push_back({key, value});
  return response;
}

Result<json::Value> TagHandlers::List(const sm::ListTagsRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Place place, Find(request.resource_arn));
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, records_.Get(place.kind, place.name));
  json::Array tags;  // At most 50: the smallest page that may be asked for. Clients count on the list, also when it is empty.
  for (const auto& [key, value] : record.tags) tags.push_back(json::Object{{"Key", key}, {"Value", value}});
  return json::Value(json::Object{{"Tags", std::move(tags)}});
}

Result<sm::DeleteTagsResponse> TagHandlers::Delete(const sm::DeleteTagsRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Place place, Find(request.resource_arn));
  const auto changed = records_.Update(place.kind, place.name, [&](Record& record) {
    for (const std::string& key : request.tag_keys) record.tags.erase(key);
    return Status::Ok();
  });
  SAGESPARK_RETURN_IF_ERROR(changed.status());
  return sm::DeleteTagsResponse{};
}

}  // namespace sagespark::server
