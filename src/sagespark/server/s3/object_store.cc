#include "sagespark/server/s3/object_store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "sagespark/base/json/value.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

constexpr uint64_t kMinPartBytes = 5 << 20;
constexpr uint64_t kMaxObjectBytes = uint64_t{5} << 40;

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS s3_bucket (
  name TEXT PRIMARY KEY, region TEXT NOT NULL, created_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS s3_object (
  bucket TEXT NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified_ms INTEGER NOT NULL,
  attributes TEXT NOT NULL, upload_id TEXT, blobs TEXT NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS s3_upload (
  upload_id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, created_ms INTEGER NOT NULL,
  attributes TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS s3_upload_by_key ON s3_upload (bucket, key, upload_id);
CREATE TABLE IF NOT EXISTS s3_part (
  upload_id TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
  checksum TEXT NOT NULL, modified_ms INTEGER NOT NULL, blob TEXT NOT NULL,
  PRIMARY KEY (upload_id, number)) WITHOUT ROWID;
)";

Error NoSuchBucket() {
  return CodedError(ErrorKind::kNotFound, "NoSuchBucket", "The specified bucket does not exist");
}
Error NoSuchKey() { return CodedError(ErrorKind::kNotFound, "NoSuchKey", "The specified key does not exist."); }
Error NoSuchUpload() {
  return CodedError(ErrorKind::kNotFound, "NoSuchUpload",
                    "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may "
                    "have been aborted or completed.");
}

/// "name:size,name:size:checksum".
std::string JoinBlobs(const std::vector<Blob>& blobs) {
  std::string text;
  for (const Blob& blob : blobs) {
    if (!text.empty()) text.push_back(',');
    text.append(blob.name).append(":").append(std::to_string(blob.size));
    if (!blob.checksum.empty()) text.append(":").append(blob.checksum);
  }
  return text;
}

std::vector<Blob> SplitBlobs(std::string_view text) {
  std::vector<Blob> blobs;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const size_t colon = item.find(':');
    Blob blob{.name = std::string(item.substr(0, colon))};
    const char* const end = item.data() + item.size();
    const char* const size_end = std::from_chars(item.data() + colon + 1, end, blob.size).ptr;
    if (size_end != end) blob.checksum.assign(size_end + 1, end);
    blobs.push_back(std::move(blob));
  }
  return blobs;
}

std::string DumpAttributes(const ObjectAttributes& attributes) {
  json::Object headers;
  for (const auto& [name, value] : attributes.headers) headers[name] = value;
  json::Object object{{"headers", std::move(headers)}};
  if (attributes.checksum) {
    object["checksum"] = json::Object{{"algorithm", static_cast<int>(attributes.checksum->algorithm)},
                                      {"value", attributes.checksum->value},
                                      {"composite", attributes.checksum->composite}};
    if (attributes.checksum->by_default) object["checksum"].if_object()->emplace("by_default", true);
  }
  return json::Dump(object);
}

bool IsTrue(const json::Value& object, std::string_view name) {
  const json::Value* value = object.Find(name);
  return value != nullptr && value->if_bool() != nullptr && *value->if_bool();
}

Result<ObjectAttributes> ParseAttributes(const std::string& text) {
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value value, json::Parse(text));
  ObjectAttributes attributes;
  if (const json::Value* headers = value.Find("headers"); headers != nullptr && headers->if_object() != nullptr) {
    for (const auto& [name, header] : *headers->if_object()) {
      if (header.if_string() != nullptr) attributes.headers[name] = *header.if_string();
    }
  }
  if (const json::Value* kept = value.Find("checksum"); kept != nullptr) {
    ObjectChecksum checksum;
    SAGESPARK_ASSIGN_OR_RETURN(const int64_t algorithm, kept->GetInt("algorithm"));
    checksum.algorithm = static_cast<DigestAlgorithm>(algorithm);
    SAGESPARK_ASSIGN_OR_RETURN(checksum.value, kept->GetString("value"));
    checksum.composite = IsTrue(*kept, "composite");
    checksum.by_default = IsTrue(*kept, "by_default");
    attributes.checksum = std::move(checksum);
  }
  return attributes;
}

Status CheckBucket(Connection& connection, const std::string& bucket) {
  SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare("SELECT 1 FROM s3_bucket WHERE name = ?"));
  SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.BindText(1, bucket).Step());
  return found ? Status::Ok() : Status(NoSuchBucket());
}

Result<std::optional<ObjectInfo>> FindObject(Connection& connection, const std::string& bucket,
                                             const std::string& key) {
  SAGESPARK_ASSIGN_OR_RETURN(
      Statement select,
      connection.Prepare("SELECT size, etag, modified_ms, attributes, blobs FROM s3_object WHERE bucket = ? AND key = ?"));
  SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.BindText(1, bucket).BindBlob(2, key).Step());
  if (!found) return std::optional<ObjectInfo>();
  ObjectInfo info{.key = key, .size = static_cast<uint64_t>(select.Int(0)), .etag = select.Text(1),
                  .modified_ms = select.Int(2)};
  SAGESPARK_ASSIGN_OR_RETURN(info.attributes, ParseAttributes(select.Text(3)));
  info.blobs = SplitBlobs(select.Text(4));
  return std::optional<ObjectInfo>(std::move(info));
}

/// Writes the row of `info` over what is there, whose blobs go to `replaced`.
Status ReplaceObject(Connection& connection, const std::string& bucket, const ObjectInfo& info,
                     const std::optional<std::string>& upload_id, const Precondition& precondition,
                     std::vector<Blob>& replaced) {
  SAGESPARK_ASSIGN_OR_RETURN(std::optional<ObjectInfo> existing, FindObject(connection, bucket, info.key));
  if (precondition) SAGESPARK_RETURN_IF_ERROR(precondition(existing ? &*existing : nullptr));
  if (existing) replaced.insert(replaced.end(), existing->blobs.begin(), existing->blobs.end());
  SAGESPARK_ASSIGN_OR_RETURN(Statement insert,
                             connection.Prepare("INSERT OR REPLACE INTO s3_object VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  return insert.BindText(1, bucket)
      .BindBlob(2, info.key)
      .BindInt(3, static_cast<int64_t>(info.size))
      .BindText(4, info.etag)
      .BindInt(5, info.modified_ms)
      .BindText(6, DumpAttributes(info.attributes))
      .BindOptionalText(7, upload_id)
      .BindText(8, JoinBlobs(info.blobs))
      .Run();
}

Result<UploadInfo> FindUpload(Connection& connection, const std::string& bucket, const std::string& key,
                              const std::string& upload_id) {
  SAGESPARK_ASSIGN_OR_RETURN(
      Statement select,
      connection.Prepare("SELECT created_ms, attributes FROM s3_upload WHERE upload_id = ? AND bucket = ? AND key = ?"));
  SAGESPARK_ASSIGN_OR_RETURN(const bool found,
                             select.BindText(1, upload_id).BindText(2, bucket).BindBlob(3, key).Step());
  if (!found) return NoSuchUpload();
  UploadInfo info{.upload_id = upload_id, .key = key, .created_ms = select.Int(0)};
  SAGESPARK_ASSIGN_OR_RETURN(info.attributes, ParseAttributes(select.Text(1)));
  return info;
}

Result<std::vector<PartInfo>> FindParts(Connection& connection, const std::string& upload_id, int after, int limit) {
  SAGESPARK_ASSIGN_OR_RETURN(
      Statement select,
      connection.Prepare("SELECT number, size, etag, checksum, modified_ms, blob FROM s3_part "
                         "WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?"));
  select.BindText(1, upload_id).BindInt(2, after).BindInt(3, limit);
  std::vector<PartInfo> parts;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return parts;
    PartInfo part{.number = static_cast<int>(select.Int(0)), .size = static_cast<uint64_t>(select.Int(1)),
                  .etag = select.Text(2), .checksum = select.Text(3), .modified_ms = select.Int(4)};
    const std::vector<Blob> blobs = SplitBlobs(select.Text(5));
    if (!blobs.empty()) part.blob = blobs.front();
    parts.push_back(std::move(part));
  }
}

Status DeleteUploadRows(Connection& connection, const std::string& upload_id) {
  for (const char* sql : {"DELETE FROM s3_part WHERE upload_id = ?", "DELETE FROM s3_upload WHERE upload_id = ?"}) {
    SAGESPARK_ASSIGN_OR_RETURN(Statement remove, connection.Prepare(sql));
    SAGESPARK_RETURN_IF_ERROR(remove.BindText(1, upload_id).Run());
  }
  return Status::Ok();
}

/// The parts that the client names, in its order, checked against those that are there.
Result<std::vector<PartInfo>> ChooseParts(const std::vector<PartInfo>& stored,
                                          const std::vector<CompletedPart>& wanted) {
  const Error invalid = CodedError(ErrorKind::kInvalidArgument, "InvalidPart",
                                   "One or more of the specified parts could not be found. The part may not have been "
                                   "uploaded, or the specified entity tag may not match the part's entity tag.");
  std::map<int, const PartInfo*> by_number;
  for (const PartInfo& part : stored) by_number[part.number] = &part;
  std::vector<PartInfo> chosen;
  int last = 0;
  for (const CompletedPart& part : wanted) {
    if (part.number <= last) {
      return CodedError(ErrorKind::kInvalidArgument, "InvalidPartOrder",
                        "The list of parts was not in ascending order. The parts list must be specified in order by "
                        "part number.");
    }
    last = part.number;
    const auto found = by_number.find(part.number);
    if (found == by_number.end() || found->second->etag != part.etag) return invalid;
    if (!part.checksum.empty() && part.checksum != found->second->checksum) return invalid;
    chosen.push_back(*found->second);
  }
  for (size_t i = 0; i + 1 < chosen.size(); ++i) {
    if (chosen[i].size >= kMinPartBytes) continue;
    return CodedError(ErrorKind::kInvalidArgument, "EntityTooSmall",
                      "Your proposed upload is smaller than the minimum allowed size");
  }
  return chosen;
}

/// The checksum of the whole from those of its parts; empty when a part has none.
std::string CombineChecksums(const ObjectChecksum& checksum, const std::vector<PartInfo>& parts) {
  std::string combined;
  for (const PartInfo& part : parts) {
    const std::optional<std::string> bytes = Base64Decode(part.checksum);
    if (!bytes || bytes->empty()) return "";
    if (checksum.composite) {
      combined.append(*bytes);
    } else {
      combined = combined.empty() ? *bytes : CombineCrc(checksum.algorithm, combined, *bytes, part.size);
    }
  }
  if (!checksum.composite) return Base64Encode(combined);
  return Base64Encode(DigestOf(checksum.algorithm, combined)) + "-" + std::to_string(parts.size());
}

ObjectInfo AssembleObject(const std::string& key, const std::vector<PartInfo>& parts, ObjectAttributes attributes) {
  ObjectInfo info{.key = key, .attributes = std::move(attributes)};
  std::string md5s;
  for (const PartInfo& part : parts) {
    info.size += part.size;
    info.blobs.push_back({part.blob.name, part.size, part.checksum});
    md5s.append(FromHex(part.etag).value_or(""));
  }
  info.etag = ToHex(DigestOf(DigestAlgorithm::kMd5, md5s)) + "-" + std::to_string(parts.size());
  if (info.attributes.checksum) {
    info.attributes.checksum->by_default = false;
    info.attributes.checksum->value = CombineChecksums(*info.attributes.checksum, parts);
    if (info.attributes.checksum->value.empty()) info.attributes.checksum.reset();
  }
  return info;
}

/// Checks the assembled object against what the client says of it.
Status CheckCompletion(const ObjectInfo& info, const ObjectAttributes& upload, const UploadCompletion& completion) {
  const std::string kept = info.attributes.checksum ? info.attributes.checksum->value : "";
  if (!completion.checksum.empty() && upload.checksum && completion.checksum != kept) {
    return CodedError(ErrorKind::kInvalidArgument, "BadDigest",
                      "The checksum you specified did not match the calculated checksum.");
  }
  if (upload.checksum && upload.checksum->composite) {
    for (const CompletedPart& part : completion.parts) {
      if (!part.checksum.empty()) continue;
      return CodedError(ErrorKind::kInvalidArgument, "InvalidRequest",
                        "The upload was created using a checksum of its parts. The complete request must include the "
                        "checksum for each part. It was missing for part " + std::to_string(part.number) + " in the request.");
    }
  }
  if (completion.size && *completion.size != info.size) {
    return CodedError(ErrorKind::kInvalidArgument, "InvalidRequest",
                      "The provided 'x-amz-mp-object-size' header does not match what was computed.");
  }
  if (info.size > kMaxObjectBytes) {
    return CodedError(ErrorKind::kInvalidArgument, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  return Status::Ok();
}

/// The first text behind all that begin with `prefix`; empty when there is none.
std::string AfterPrefix(std::string prefix) {
  while (!prefix.empty() && static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

ObjectReader::~ObjectReader() {
  if (file_ >= 0) close(file_);
}

Status ObjectReader::OpenSegment() {
  if (file_ >= 0) close(std::exchange(file_, -1));
  uint64_t begin = 0;
  for (const Blob& blob : pin_->blobs()) {
    if (position_ < begin + blob.size) {
      SAGESPARK_ASSIGN_OR_RETURN(file_, blobs_.OpenBlob(blob));
      segment_begin_ = begin;
      segment_end_ = begin + blob.size;
      return Status::Ok();
    }
    begin += blob.size;
  }
  return InternalError("Object is shorter than its size");
}

Result<size_t> ObjectReader::Read(char* buffer, size_t size) {
  if (position_ >= end_) return size_t{0};
  if (file_ < 0 || position_ >= segment_end_) SAGESPARK_RETURN_IF_ERROR(OpenSegment());
  const uint64_t limit = std::min({uint64_t{size}, end_ - position_, segment_end_ - position_});
  while (true) {
    const ssize_t read = pread(file_, buffer, limit, static_cast<off_t>(position_ - segment_begin_));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return IoError("Object file cannot be read", errno);
    if (read == 0) return Error(ErrorKind::kIo, "Object file is shorter than it was written");
    position_ += static_cast<uint64_t>(read);
    return static_cast<size_t>(read);
  }
}

Result<ObjectReader::Piece> ObjectReader::NextPiece() {
  if (position_ >= end_) return Piece{};
  if (file_ < 0 || position_ >= segment_end_) SAGESPARK_RETURN_IF_ERROR(OpenSegment());
  const Piece piece{.file = file_, .offset = position_ - segment_begin_, .size = std::min(end_, segment_end_) - position_};
  position_ += piece.size;
  return piece;
}

Result<std::unique_ptr<ObjectStore>> ObjectStore::Open(Database& database, const std::filesystem::path& directory,
                                                       const Clock& clock) {
  SAGESPARK_RETURN_IF_ERROR(database.Write([](Connection& connection) { return connection.Execute(kSchema); }));
  SAGESPARK_ASSIGN_OR_RETURN(std::unique_ptr<BlobStore> blobs, BlobStore::Open(directory));
  return std::unique_ptr<ObjectStore>(new ObjectStore(database, std::move(blobs), clock));
}

int64_t ObjectStore::NowMs() const {
  return std::chrono::duration_cast<milliseconds>(clock_.Now().time_since_epoch()).count();
}

Result<bool> ObjectStore::CreateBucket(const std::string& name, const std::string& region) {
  bool made = false;
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement insert, connection.Prepare("INSERT OR IGNORE INTO s3_bucket VALUES (?, ?, ?)"));
    SAGESPARK_RETURN_IF_ERROR(insert.BindText(1, name).BindText(2, region).BindInt(3, NowMs()).Run());
    made = connection.changes() > 0;
    return Status::Ok();
  }));
  return made;
}

Result<BucketInfo> ObjectStore::HeadBucket(const std::string& name) {
  BucketInfo info;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement select,
                               connection.Prepare("SELECT name, region, created_ms FROM s3_bucket WHERE name = ?"));
    SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.BindText(1, name).Step());
    if (!found) return NoSuchBucket();
    info = {select.Text(0), select.Text(1), select.Int(2)};
    return Status::Ok();
  }));
  return info;
}

Result<std::vector<BucketInfo>> ObjectStore::ListBuckets() {
  std::vector<BucketInfo> buckets;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement select,
                               connection.Prepare("SELECT name, region, created_ms FROM s3_bucket ORDER BY name"));
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return Status::Ok();
      buckets.push_back({select.Text(0), select.Text(1), select.Int(2)});
    }
  }));
  return buckets;
}

Status ObjectStore::DeleteBucket(const std::string& name) {
  std::vector<Blob> removed;
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    removed.clear();
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, name));
    SAGESPARK_ASSIGN_OR_RETURN(Statement object, connection.Prepare("SELECT 1 FROM s3_object WHERE bucket = ? LIMIT 1"));
    SAGESPARK_ASSIGN_OR_RETURN(const bool used, object.BindText(1, name).Step());
    if (used) {
      return CodedError(ErrorKind::kConflict, "BucketNotEmpty", "The bucket you tried to delete is not empty");
    }
    // Uploads that nobody completed go with it.
    SAGESPARK_ASSIGN_OR_RETURN(Statement uploads,
                               connection.Prepare("SELECT upload_id FROM s3_upload WHERE bucket = ?"));
    std::vector<std::string> upload_ids;
    uploads.BindText(1, name);
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool more, uploads.Step());
      if (!more) break;
      upload_ids.push_back(uploads.Text(0));
    }
    for (const std::string& upload_id : upload_ids) {
      SAGESPARK_ASSIGN_OR_RETURN(const std::vector<PartInfo> parts, FindParts(connection, upload_id, 0, 10'000));
      for (const PartInfo& part : parts) removed.push_back(part.blob);
      SAGESPARK_RETURN_IF_ERROR(DeleteUploadRows(connection, upload_id));
    }
    SAGESPARK_ASSIGN_OR_RETURN(Statement remove, connection.Prepare("DELETE FROM s3_bucket WHERE name = ?"));
    return remove.BindText(1, name).Run();
  }));
  blobs_->Remove(removed);
  return Status::Ok();
}

Result<ObjectInfo> ObjectStore::PutObject(const std::string& bucket, const std::string& key, BlobStore::Writer& blob,
                                          const std::string& etag, const ObjectAttributes& attributes,
                                          const Precondition& precondition) {
  SAGESPARK_ASSIGN_OR_RETURN(const Blob finished, blob.Finish());
  ObjectInfo info{.key = key, .size = finished.size, .etag = etag, .modified_ms = NowMs(), .attributes = attributes};
  if (finished.size > 0) info.blobs = {finished};
  std::vector<Blob> replaced;
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    replaced.clear();
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    return ReplaceObject(connection, bucket, info, std::nullopt, precondition, replaced);
  }));
  blob.Keep();
  blobs_->Remove(replaced);
  return info;
}

Result<ObjectInfo> ObjectStore::HeadObject(const std::string& bucket, const std::string& key) {
  std::optional<ObjectInfo> found;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    SAGESPARK_ASSIGN_OR_RETURN(found, FindObject(connection, bucket, key));
    return found ? Status::Ok() : Status(NoSuchKey());
  }));
  return *std::move(found);
}

Result<ObjectStore::OpenObject> ObjectStore::Open(const std::string& bucket, const std::string& key) {
  const auto lock = blobs_->LockForPinning();
  SAGESPARK_ASSIGN_OR_RETURN(ObjectInfo info, HeadObject(bucket, key));
  std::shared_ptr<const BlobStore::Pin> pin = blobs_->PinAll(info.blobs);
  return OpenObject{std::move(info), std::move(pin)};
}

Result<std::vector<Status>> ObjectStore::DeleteObjects(const std::string& bucket,
                                                       const std::vector<ObjectDeletion>& deletions) {
  std::vector<Status> results;
  std::vector<Blob> removed;
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    results.clear();
    removed.clear();
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    SAGESPARK_ASSIGN_OR_RETURN(Statement remove,
                               connection.Prepare("DELETE FROM s3_object WHERE bucket = ? AND key = ?"));
    for (const ObjectDeletion& deletion : deletions) {
      SAGESPARK_ASSIGN_OR_RETURN(std::optional<ObjectInfo> existing, FindObject(connection, bucket, deletion.key));
      results.push_back(deletion.precondition ? deletion.precondition(existing ? &*existing : nullptr) : Status::Ok());
      if (!existing || !results.back().ok()) continue;
      removed.insert(removed.end(), existing->blobs.begin(), existing->blobs.end());
      SAGESPARK_RETURN_IF_ERROR(remove.BindText(1, bucket).BindBlob(2, deletion.key).Run());
      remove.Reset();
    }
    return Status::Ok();
  }));
  blobs_->Remove(removed);
  return results;
}

Result<Listing> ObjectStore::List(const std::string& bucket, const ListRequest& request) {
  Listing listing;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    SAGESPARK_ASSIGN_OR_RETURN(
        Statement select, connection.Prepare("SELECT key, size, etag, modified_ms, attributes FROM s3_object "
                                             "WHERE bucket = ? AND key >= ? ORDER BY key"));
    // The first key that may be listed; a page that ended with a common prefix goes on behind all of it.
    std::string from = request.prefix;
    if (!request.start_after.empty()) {
      const bool is_prefix = !request.delimiter.empty() && request.start_after.ends_with(request.delimiter) &&
                             request.start_after.starts_with(request.prefix) &&
                             request.start_after.size() > request.prefix.size();
      from = std::max(from, is_prefix ? AfterPrefix(request.start_after) : request.start_after + std::string(1, '\0'));
    }
    select.BindText(1, bucket).BindBlob(2, from);
    int count = 0;
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return Status::Ok();
      std::string key = select.Text(0);
      if (!key.starts_with(request.prefix)) return Status::Ok();
      if (count == request.max_keys) {
        listing.truncated = request.max_keys > 0;
        return Status::Ok();
      }
      ++count;
      const size_t delimiter =
          request.delimiter.empty() ? key.npos : key.find(request.delimiter, request.prefix.size());
      if (delimiter == key.npos) {
        listing.next = key;
        ObjectInfo info{.key = std::move(key), .size = static_cast<uint64_t>(select.Int(1)), .etag = select.Text(2),
                        .modified_ms = select.Int(3)};
        SAGESPARK_ASSIGN_OR_RETURN(info.attributes, ParseAttributes(select.Text(4)));
        listing.objects.push_back(std::move(info));
        continue;
      }
      // Seek over all keys of the common prefix: their number does not matter.
      std::string common = key.substr(0, delimiter + request.delimiter.size());
      select.Reset();
      const std::string after = AfterPrefix(common);
      listing.next = common;
      listing.common_prefixes.push_back(std::move(common));
      if (after.empty()) return Status::Ok();
      select.BindBlob(2, after);
    }
  }));
  return listing;
}

Result<std::string> ObjectStore::CreateUpload(const std::string& bucket, const std::string& key,
                                              const ObjectAttributes& attributes) {
  const std::string upload_id = ToHex(RandomBytes(24));
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    SAGESPARK_ASSIGN_OR_RETURN(Statement insert, connection.Prepare("INSERT INTO s3_upload VALUES (?, ?, ?, ?, ?)"));
    return insert.BindText(1, upload_id)
        .BindText(2, bucket)
        .BindBlob(3, key)
        .BindInt(4, NowMs())
        .BindText(5, DumpAttributes(attributes))
        .Run();
  }));
  return upload_id;
}

Result<UploadInfo> ObjectStore::HeadUpload(const std::string& bucket, const std::string& key,
                                           const std::string& upload_id) {
  std::optional<UploadInfo> info;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    SAGESPARK_ASSIGN_OR_RETURN(info, FindUpload(connection, bucket, key, upload_id));
    return Status::Ok();
  }));
  return *std::move(info);
}

Status ObjectStore::PutPart(const std::string& bucket, const std::string& key, const std::string& upload_id,
                            const PartInfo& part, BlobStore::Writer& blob) {
  SAGESPARK_ASSIGN_OR_RETURN(const Blob finished, blob.Finish());
  std::vector<Blob> replaced;
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    replaced.clear();
    SAGESPARK_RETURN_IF_ERROR(FindUpload(connection, bucket, key, upload_id));
    SAGESPARK_ASSIGN_OR_RETURN(const std::vector<PartInfo> same, FindParts(connection, upload_id, part.number - 1, 1));
    if (!same.empty() && same.front().number == part.number) replaced.push_back(same.front().blob);
    SAGESPARK_ASSIGN_OR_RETURN(Statement insert,
                               connection.Prepare("INSERT OR REPLACE INTO s3_part VALUES (?, ?, ?, ?, ?, ?, ?)"));
    return insert.BindText(1, upload_id)
        .BindInt(2, part.number)
        .BindInt(3, static_cast<int64_t>(finished.size))
        .BindText(4, part.etag)
        .BindText(5, part.checksum)
        .BindInt(6, NowMs())
        .BindText(7, JoinBlobs({finished}))
        .Run();
  }));
  blob.Keep();
  blobs_->Remove(replaced);
  return Status::Ok();
}

Result<ObjectInfo> ObjectStore::CompleteUpload(const std::string& bucket, const std::string& key,
                                               const std::string& upload_id, const UploadCompletion& completion) {
  ObjectInfo info;
  std::vector<Blob> removed;
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    removed.clear();
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    const Result<UploadInfo> upload = FindUpload(connection, bucket, key, upload_id);
    if (!upload.ok()) {
      // A client that lost our answer asks again: the object says which upload made it.
      SAGESPARK_ASSIGN_OR_RETURN(
          Statement select,
          connection.Prepare("SELECT 1 FROM s3_object WHERE bucket = ? AND key = ? AND upload_id = ?"));
      SAGESPARK_ASSIGN_OR_RETURN(const bool made,
                                 select.BindText(1, bucket).BindBlob(2, key).BindText(3, upload_id).Step());
      if (!made) return upload.error();
      SAGESPARK_ASSIGN_OR_RETURN(std::optional<ObjectInfo> existing, FindObject(connection, bucket, key));
      info = *std::move(existing);
      return Status::Ok();
    }
    SAGESPARK_ASSIGN_OR_RETURN(const std::vector<PartInfo> stored, FindParts(connection, upload_id, 0, 10'000));
    SAGESPARK_ASSIGN_OR_RETURN(const std::vector<PartInfo> chosen, ChooseParts(stored, completion.parts));
    info = AssembleObject(key, chosen, upload->attributes);
    SAGESPARK_RETURN_IF_ERROR(CheckCompletion(info, upload->attributes, completion));
    info.modified_ms = NowMs();
    std::unordered_set<std::string> used;
    for (const Blob& blob : info.blobs) used.insert(blob.name);
    for (const PartInfo& part : stored) {
      if (!used.contains(part.blob.name)) removed.push_back(part.blob);
    }
    SAGESPARK_RETURN_IF_ERROR(ReplaceObject(connection, bucket, info, upload_id, completion.precondition, removed));
    return DeleteUploadRows(connection, upload_id);
  }));
  blobs_->Remove(removed);
  return info;
}

Status ObjectStore::AbortUpload(const std::string& bucket, const std::string& key, const std::string& upload_id) {
  std::vector<Blob> removed;
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    removed.clear();
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    SAGESPARK_RETURN_IF_ERROR(FindUpload(connection, bucket, key, upload_id));
    SAGESPARK_ASSIGN_OR_RETURN(const std::vector<PartInfo> parts, FindParts(connection, upload_id, 0, 10'000));
    for (const PartInfo& part : parts) removed.push_back(part.blob);
    return DeleteUploadRows(connection, upload_id);
  }));
  blobs_->Remove(removed);
  return Status::Ok();
}

Result<std::vector<PartInfo>> ObjectStore::ListParts(const std::string& bucket, const std::string& key,
                                                     const std::string& upload_id, int after, int max_parts) {
  std::vector<PartInfo> parts;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(FindUpload(connection, bucket, key, upload_id));
    SAGESPARK_ASSIGN_OR_RETURN(parts, FindParts(connection, upload_id, after, max_parts));
    return Status::Ok();
  }));
  return parts;
}

Result<UploadListing> ObjectStore::ListUploads(const std::string& bucket, const UploadListRequest& request) {
  UploadListing listing;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckBucket(connection, bucket));
    SAGESPARK_ASSIGN_OR_RETURN(
        Statement select, connection.Prepare("SELECT key, upload_id, created_ms, attributes FROM s3_upload "
                                             "WHERE bucket = ? AND key >= ? ORDER BY key, upload_id"));
    select.BindText(1, bucket).BindBlob(2, std::max(request.prefix, request.key_marker));
    int count = 0;
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return Status::Ok();
      UploadInfo upload{.upload_id = select.Text(1), .key = select.Text(0), .created_ms = select.Int(2)};
      if (!upload.key.starts_with(request.prefix)) return Status::Ok();
      const bool is_marked = upload.key == request.key_marker;
      if (is_marked && (request.upload_id_marker.empty() || upload.upload_id <= request.upload_id_marker)) continue;
      const size_t delimiter =
          request.delimiter.empty() ? upload.key.npos : upload.key.find(request.delimiter, request.prefix.size());
      std::string common = delimiter == upload.key.npos ? "" : upload.key.substr(0, delimiter + request.delimiter.size());
      // Prefixes that the page before has, or this one.
      if (!common.empty() && common == request.key_marker) continue;
      if (!common.empty() && !listing.common_prefixes.empty() && listing.common_prefixes.back() == common) continue;
      if (count == request.max_uploads) {
        listing.truncated = request.max_uploads > 0;
        return Status::Ok();
      }
      ++count;
      listing.next_key = common.empty() ? upload.key : common;
      listing.next_upload_id = common.empty() ? upload.upload_id : "";
      if (!common.empty()) {
        listing.common_prefixes.push_back(std::move(common));
        continue;
      }
      SAGESPARK_ASSIGN_OR_RETURN(upload.attributes, ParseAttributes(select.Text(3)));
      listing.uploads.push_back(std::move(upload));
    }
  }));
  return listing;
}

Status ObjectStore::SweepOrphans() {
  std::unordered_set<std::string> live;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    for (const char* sql : {"SELECT blobs FROM s3_object", "SELECT blob FROM s3_part"}) {
      SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare(sql));
      while (true) {
        SAGESPARK_ASSIGN_OR_RETURN(const bool more, select.Step());
        if (!more) break;
        for (Blob& blob : SplitBlobs(select.Text(0))) live.insert(std::move(blob.name));
      }
    }
    return Status::Ok();
  }));
  blobs_->Sweep(live);
  return Status::Ok();
}

}  // namespace sagespark::server
