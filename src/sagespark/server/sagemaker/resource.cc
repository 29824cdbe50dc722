#include "sagespark/server/sagemaker/resource.h"

#include <algorithm>
#include <cctype>

namespace sagespark::server {
namespace {

constexpr size_t kMostTags = 50;

const char* ArnType(RecordKind kind) {
  switch (kind) {
    case RecordKind::kTrainingJob: return "training-job";
    case RecordKind::kTransformJob: return "transform-job";
    case RecordKind::kModel: return "model";
    case RecordKind::kEndpointConfig: return "endpoint-config";
    case RecordKind::kEndpoint: return "endpoint";
    case RecordKind::kAsyncInvocation: return "async-invocation";
  }
  return "";
}

const char* Noun(RecordKind kind) {
  return kind == RecordKind::kEndpointConfig ? "endpoint configuration" : ArnType(kind);
}

bool IsJob(RecordKind kind) { return kind == RecordKind::kTrainingJob || kind == RecordKind::kTransformJob; }

Error Invalid(std::string message) { return CodedError(ErrorKind::kInvalidArgument, "ValidationException", std::move(message)); }

}  // namespace

std::string ArnOf(const RequestContext& context, RecordKind kind, std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return "arn:aws:sagemaker:" + context.region + ":" + context.account_id + ":" + ArnType(kind) + "/" + lower;
}

Error CouldNotFind(const RequestContext& context, RecordKind kind, std::string_view name) {
  if (IsJob(kind)) return Invalid("Requested resource not found.");
  return Invalid(std::string("Could not find ") + Noun(kind) + " \"" + ArnOf(context, kind, name) + "\".");
}

Error AlreadyThere(const RequestContext& context, RecordKind kind, std::string_view name) {
  const std::string arn = ArnOf(context, kind, name);
  if (IsJob(kind)) {
    const std::string noun = kind == RecordKind::kTrainingJob ? "training job" : "transform job";
    return CodedError(ErrorKind::kAlreadyExists, "ResourceInUse",
                      (kind == RecordKind::kTrainingJob ? "Training" : "Transform") +
                          std::string(" job names must be unique within an AWS account and region, and a ") + noun +
                          " with this name already exists (" + arn + ")");
  }
  return Invalid(std::string("Cannot create already existing ") + Noun(kind) + " \"" + arn + "\".");
}

Error NotOffered(std::string_view setting) { return Invalid("The local cloud does not offer this yet: " + std::string(setting)); }

Result<Record> Find(RecordStore& records, const RequestContext& context, RecordKind kind, const std::string& name) {
  auto record = records.Get(kind, name);
  if (!record.ok() && record.error().kind() == ErrorKind::kNotFound) return CouldNotFind(context, kind, name);
  return record;
}

Result<Record> InsertRecord(RecordStore& records, const RequestContext& context, RecordKind kind, Record record,
                            const std::vector<aws::sagemaker::Tag>& tags) {
  if (tags.size() > kMostTags) return Invalid("A resource may have at most 50 tags");
  record.arn = ArnOf(context, kind, record.name);
  record.created = NowOf(context);
  record.modified = record.created;
  for (const aws::sagemaker::Tag& tag : tags) record.tags[tag.key] = tag.value;
  const Status inserted = records.Insert(kind, record);
  if (!inserted.ok() && inserted.error().kind() == ErrorKind::kAlreadyExists) return AlreadyThere(context, kind, record.name);
  SAGESPARK_RETURN_IF_ERROR(inserted);
  return record;
}

SystemTime NowOf(const RequestContext& context) { return std::chrono::floor<milliseconds>(context.clock->Now()); }

}  // namespace sagespark::server
