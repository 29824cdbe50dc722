#include "sagespark/aws/client/s3_file_system.h"

#include <algorithm>
#include <deque>
#include <future>

#include "sagespark/base/digest.h"
#include "sagespark/base/log.h"
#include "sagespark/base/retry.h"

namespace sagespark::aws {
namespace {

constexpr int32_t kMaxParts = 10'000;
constexpr int kMaxResumesWithoutProgress = 3;

Status CheckIsObject(const Uri& uri) {
  if (uri.scheme != "s3" || uri.authority.empty()) return InvalidArgument("URI is none of S3: " + uri.ToString());
  if (uri.path.empty()) return InvalidArgument("URI names a bucket but no object: " + uri.ToString());
  return Status::Ok();
}

/// An object from a byte on; continues where a connection was cut.
class S3InputStream final : public io::InputStream {
 public:
  S3InputStream(std::shared_ptr<S3Client> client, Uri uri, S3GetOptions range, CallOptions call)
      : client_(std::move(client)), uri_(std::move(uri)), range_(std::move(range)), call_(std::move(call)) {}

  Status Open() {
    SAGESPARK_ASSIGN_OR_RETURN(reader_, client_->GetObject(uri_.authority, uri_.path, range_, call_));
    range_.if_match = reader_->info().etag;
    if (reader_->crc32()) {
      expected_crc32_ = reader_->crc32();
      crc32_.emplace(DigestAlgorithm::kCrc32);
    }
    return Status::Ok();
  }

  Result<size_t> Read(std::span<char> buffer) override {
    if (buffer.empty() || reader_ == nullptr) return size_t{0};
    for (int resumes = 0;; ++resumes) {
      const auto count = reader_->Read(buffer);
      if (count.ok()) return Took(buffer.first(*count));
      if (ClassifyForRetry(count.error()) != RetryClass::kTransient || resumes == kMaxResumesWithoutProgress ||
          call_.deadline.passed()) {
        return count;
      }
      if (range_.length && *range_.length == 0) return Took({});  // Cut behind the last byte.
      SAGESPARK_RETURN_IF_ERROR(Resume());
    }
  }

 private:
  Result<size_t> Took(std::span<const char> bytes) {
    if (bytes.empty()) return AtEnd();
    range_.offset += static_cast<int64_t>(bytes.size());
    if (range_.length) *range_.length -= static_cast<int64_t>(bytes.size());
    if (crc32_) crc32_->Update({bytes.data(), bytes.size()});
    return bytes.size();
  }

  Result<size_t> AtEnd() {
    reader_ = nullptr;
    if (crc32_ && crc32_->Finish() != *expected_crc32_) {
      return CorruptData("Object's bytes do not have its CRC-32: " + uri_.ToString());
    }
    return size_t{0};
  }

  Status Resume() {
    reader_ = nullptr;
    SAGESPARK_ASSIGN_OR_RETURN(reader_, client_->GetObject(uri_.authority, uri_.path, range_, call_));
    return Status::Ok();
  }

  const std::shared_ptr<S3Client> client_;
  const Uri uri_;
  S3GetOptions range_;  // What is still to be read.
  const CallOptions call_;
  std::unique_ptr<S3ObjectReader> reader_;
  std::optional<Digest> crc32_;
  std::optional<std::string> expected_crc32_;
};

/// The ETag that S3 gives to an object of these parts; none when theirs are no MD5 sums (encryption).
std::optional<std::string> ETagOf(const std::vector<io::UploadedPart>& parts) {
  std::string sums;
  for (const auto& part : parts) {
    const auto sum = FromHex(part.etag);
    if (!sum || sum->size() != 16) return std::nullopt;
    sums += *sum;
  }
  return ToHex(DigestOf(DigestAlgorithm::kMd5, sums)) + "-" + std::to_string(parts.size());
}

/// Makes an upload's object visible.
Status CompleteUpload(S3Client& client, const io::PendingFile& pending, const CallOptions& options) {
  std::vector<S3Part> parts;
  for (const auto& part : pending.parts) parts.push_back({part.number, part.etag, part.checksum});
  const std::string& bucket = pending.uri.authority;
  const std::string& key = pending.uri.path;
  const Status completed = client.CompleteMultipartUpload(bucket, key, pending.upload_id, parts, options).status();
  if (completed.ok() || completed.error().code() != "NoSuchUpload") return completed;
  // The reply of an earlier attempt may have been lost with its connection.
  const auto object = client.HeadObject(bucket, key, options);
  if (object.ok() && object->size == pending.size && object->etag == ETagOf(pending.parts)) return Status::Ok();
  return completed;
}

/// An object that is written in parts.
class S3OutputStream final : public io::OutputStream {
 public:
  S3OutputStream(std::shared_ptr<S3Client> client, Uri uri, S3FileSystemOptions options)
      : client_(std::move(client)), uri_(std::move(uri)), options_(std::move(options)) {}

  ~S3OutputStream() override {
    if (finished_) return;
    for (auto& part : in_flight_) part.sent.wait();
    if (upload_id_.empty()) return;
    // Not with the caller's limits: a cancelled job must not leave its parts behind.
    const Status aborted = client_->AbortMultipartUpload(uri_.authority, uri_.path, upload_id_);
    if (!aborted.ok()) Log(LogLevel::kWarning, "Upload is left behind: " + aborted.error().message());
  }

  Status Write(std::string_view bytes) override {
    SAGESPARK_RETURN_IF_ERROR(failure_);
    bytes_written_ += static_cast<int64_t>(bytes.size());
    while (!bytes.empty()) {
      // Full parts leave when the next byte comes, so that what fits one part stays one PUT.
      if (buffer_->size() == options_.part_bytes) SAGESPARK_RETURN_IF_ERROR(Keep(SendPart()));
      const size_t count = std::min(bytes.size(), options_.part_bytes - buffer_->size());
      buffer_->append(bytes.substr(0, count));
      bytes.remove_prefix(count);
    }
    return Status::Ok();
  }

  Status Close() override {
    SAGESPARK_RETURN_IF_ERROR(failure_);
    if (upload_id_.empty()) {
      SAGESPARK_RETURN_IF_ERROR(
          client_->PutObject(uri_.authority, uri_.path, std::move(*buffer_), {}, options_.call).status());
    } else {
      SAGESPARK_RETURN_IF_ERROR(FinishParts());
      SAGESPARK_RETURN_IF_ERROR(CompleteUpload(*client_, Pending(), options_.call));
    }
    finished_ = true;
    return Status::Ok();
  }

  Result<io::PendingFile> Detach() override {
    SAGESPARK_RETURN_IF_ERROR(failure_);
    SAGESPARK_RETURN_IF_ERROR(FinishParts());
    finished_ = true;
    return Pending();
  }

 private:
  struct PartInFlight {
    std::future<Result<S3Part>> sent;
    std::shared_ptr<std::string> bytes;
  };

  io::PendingFile Pending() const {
    return {.uri = uri_, .upload_id = upload_id_, .parts = parts_, .size = bytes_written_};
  }

  /// After an error the stream takes no more.
  Status Keep(Status status) {
    if (!status.ok()) failure_ = status;
    return status;
  }

  Status SendPart() {
    if (upload_id_.empty()) {
      SAGESPARK_ASSIGN_OR_RETURN(
          upload_id_, client_->CreateMultipartUpload(uri_.authority, uri_.path, {}, options_.call));
    }
    if (next_part_ > kMaxParts) {
      return ResourceLimit("Object has more than 10,000 parts of " + std::to_string(options_.part_bytes) +
                           " bytes: " + uri_.ToString());
    }
    while (static_cast<int>(in_flight_.size()) >= options_.parts_in_flight) SAGESPARK_RETURN_IF_ERROR(TakeOldest());
    auto sent = std::async(std::launch::async, [client = client_, uri = uri_, upload_id = upload_id_,
                                                number = next_part_++, call = options_.call, bytes = buffer_] {
      return client->UploadPart(uri.authority, uri.path, upload_id, number, bytes, call);
    });
    in_flight_.push_back({std::move(sent), std::move(buffer_)});
    buffer_ = EmptyBuffer();
    return Status::Ok();
  }

  Status TakeOldest() {
    auto part = in_flight_.front().sent.get();
    spare_ = std::move(in_flight_.front().bytes);
    in_flight_.pop_front();
    SAGESPARK_RETURN_IF_ERROR(part);
    parts_.push_back({part->number, std::move(part->etag), std::move(part->crc32)});
    return Status::Ok();
  }

  /// The memory of a part that has arrived serves again: as much of it as parts in flight, however many there are.
  std::shared_ptr<std::string> EmptyBuffer() {
    std::shared_ptr<std::string> buffer = std::exchange(spare_, nullptr);
    if (buffer == nullptr || buffer.use_count() > 1) {  // The client may not have let go of it.
      buffer = std::make_shared<std::string>();
      buffer->reserve(options_.part_bytes);
    }
    buffer->clear();
    return buffer;
  }

  /// An upload has at least one part, an empty one for an empty file.
  Status FinishParts() {
    if (!buffer_->empty() || next_part_ == 1) SAGESPARK_RETURN_IF_ERROR(Keep(SendPart()));
    while (!in_flight_.empty()) SAGESPARK_RETURN_IF_ERROR(Keep(TakeOldest()));
    return Status::Ok();
  }

  const std::shared_ptr<S3Client> client_;
  const Uri uri_;
  const S3FileSystemOptions options_;
  std::shared_ptr<std::string> buffer_ = std::make_shared<std::string>();
  std::shared_ptr<std::string> spare_;
  std::string upload_id_;
  int32_t next_part_ = 1;
  std::deque<PartInFlight> in_flight_;
  std::vector<io::UploadedPart> parts_;
  Status failure_;
  bool finished_ = false;
};

class S3FileSystem final : public io::FileSystem {
 public:
  S3FileSystem(std::shared_ptr<S3Client> client, S3FileSystemOptions options)
      : client_(std::move(client)), options_(std::move(options)) {}

  Result<io::FileInfo> Stat(const Uri& uri) override {
    SAGESPARK_RETURN_IF_ERROR(CheckIsObject(uri));
    auto object = client_->HeadObject(uri.authority, uri.path, options_.call);
    if (!object.ok()) return Explain(object.error(), uri);
    return io::FileInfo{uri, object->size, object->etag};
  }

  Status List(const Uri& folder, const std::function<bool(const io::FileInfo&)>& visit,
              const std::function<bool(const std::string&)>&) override {
    std::string prefix = folder.path;
    if (!prefix.empty() && !prefix.ends_with('/')) {
      // "x" itself comes before all of "x/"; a listing of "x" would pass through "x-..." as well.
      const auto object = client_->HeadObject(folder.authority, prefix, options_.call);
      if (object.ok() && !visit({folder, object->size, object->etag})) return Status::Ok();
      if (!object.ok() && object.error().kind() != ErrorKind::kNotFound) return object.error();
      prefix += '/';
    }
    Status listed = client_->ListObjects(
        folder.authority, {.prefix = prefix},
        [&](const S3ObjectInfo& object) {
          if (object.size == 0 && object.key.ends_with('/')) return true;
          return visit({Uri{"s3", folder.authority, object.key}, object.size, object.etag});
        },
        options_.call);
    if (!listed.ok()) return Explain(listed.error(), folder);
    return listed;
  }

  Result<std::unique_ptr<io::InputStream>> Open(const Uri& uri, int64_t offset,
                                                std::optional<int64_t> length) override {
    SAGESPARK_RETURN_IF_ERROR(CheckIsObject(uri));
    if (length && *length == 0) {  // No range means no bytes; a stream without a reader is at its end.
      SAGESPARK_RETURN_IF_ERROR(Stat(uri).status());
      return std::unique_ptr<io::InputStream>(new S3InputStream(client_, uri, {}, options_.call));
    }
    auto stream = std::make_unique<S3InputStream>(
        client_, uri, S3GetOptions{.offset = offset, .length = length}, options_.call);
    const Status opened = stream->Open();
    // A range from the end on is empty, which HTTP has no words for.
    if (!opened.ok() && opened.error().code() != "InvalidRange") return Explain(opened.error(), uri);
    return std::unique_ptr<io::InputStream>(std::move(stream));
  }

  Result<std::unique_ptr<io::OutputStream>> Create(const Uri& uri) override {
    SAGESPARK_RETURN_IF_ERROR(CheckIsObject(uri));
    return std::unique_ptr<io::OutputStream>(new S3OutputStream(client_, uri, options_));
  }

  Status Commit(const io::PendingFile& pending) override {
    return CompleteUpload(*client_, pending, options_.call);
  }

  Status Abort(const io::PendingFile& pending) override {
    return client_->AbortMultipartUpload(pending.uri.authority, pending.uri.path, pending.upload_id, options_.call);
  }

  Status Delete(const Uri& uri) override {
    SAGESPARK_RETURN_IF_ERROR(CheckIsObject(uri));
    return client_->DeleteObject(uri.authority, uri.path, options_.call);
  }

 private:
  /// Says whether bucket or object is missing, which a HEAD's reply without a body cannot.
  Error Explain(const Error& error, const Uri& uri) const {
    if (error.kind() != ErrorKind::kNotFound) return error;
    bool no_bucket = error.code() == "NoSuchBucket";
    if (error.code().empty()) {
      const Status bucket = client_->HeadBucket(uri.authority, options_.call);
      no_bucket = !bucket.ok() && bucket.error().kind() == ErrorKind::kNotFound;
    }
    if (no_bucket) return {ErrorKind::kNotFound, "Bucket does not exist: " + uri.authority, "NoSuchBucket"};
    return {ErrorKind::kNotFound, "Object does not exist: " + uri.ToString(), "NoSuchKey"};
  }

  const std::shared_ptr<S3Client> client_;
  const S3FileSystemOptions options_;
};

}  // namespace

std::shared_ptr<io::FileSystem> MakeS3FileSystem(std::shared_ptr<S3Client> client, S3FileSystemOptions options) {
  return std::make_shared<S3FileSystem>(std::move(client), std::move(options));
}

}  // namespace sagespark::aws
