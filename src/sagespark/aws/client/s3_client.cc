#include "sagespark/aws/client/s3_client.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <mutex>

#include "sagespark/aws/client/service_client.h"
#include "sagespark/base/digest.h"
#include "sagespark/base/uri.h"
#include "sagespark/base/xml/xml.h"

namespace sagespark::aws {
namespace {

constexpr std::string_view kNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";
constexpr size_t kMaxDeletes = 1000;

std::string WithoutQuotes(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

int64_t ParseSize(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// "2026-11-21T14:25:00.000Z" to the second; none when it is no such time.
std::optional<SystemTime> ParseTime(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  const std::string copy(text);
  const int fields = std::sscanf(copy.c_str(), "%d-%2u-%2uT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (fields != 6 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

/// Joins a query from names and raw values, sorted as given.
std::string Query(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string query;
  for (const auto& [name, value] : fields) {
    if (!query.empty()) query += '&';
    query += std::string(name) + "=" + PercentEncode(value);
  }
  return query;
}

/// A key of a listing with encoding-type=url, in which a space may be a plus sign.
Result<std::string> DecodeKey(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return PercentDecode(spaced);
}

std::string Crc32Base64(std::string_view bytes) { return Base64Encode(DigestOf(DigestAlgorithm::kCrc32, bytes)); }

class ObjectReader final : public S3ObjectReader {
 public:
  ObjectReader(std::unique_ptr<HttpResponseStream> stream, S3ObjectInfo info, std::optional<std::string> crc32,
               std::string operation)
      : stream_(std::move(stream)),
        info_(std::move(info)),
        crc32_(std::move(crc32)),
        operation_(std::move(operation)) {}

  const S3ObjectInfo& info() const override { return info_; }
  const std::optional<std::string>& crc32() const override { return crc32_; }

  Result<size_t> Read(std::span<char> buffer) override {
    auto count = stream_->Read(buffer);
    if (!count.ok()) return count.error().WithContext(operation_ + " failed");
    return count;
  }

 private:
  std::unique_ptr<HttpResponseStream> stream_;
  const S3ObjectInfo info_;
  const std::optional<std::string> crc32_;
  const std::string operation_;
};

/// The size of the whole object: behind the slash of "bytes 0-9/100", else the length of the body.
int64_t ObjectSize(const HttpHeaders& headers) {
  const std::string range = headers.Get("Content-Range");
  const size_t slash = range.find('/');
  return ParseSize(slash == std::string::npos ? headers.Get("Content-Length") : range.substr(slash + 1));
}

S3ObjectInfo InfoOf(const std::string& key, const HttpHeaders& headers) {
  return {.key = key,
          .size = ObjectSize(headers),
          .etag = WithoutQuotes(headers.Get("ETag")),
          .content_type = headers.Get("Content-Type")};
}

/// The CRC of a whole object. Those of uploads in parts carry "-N" and are no CRC of the bytes.
std::optional<std::string> WholeCrc32(const HttpHeaders& headers) {
  const std::string* text = headers.Find("x-amz-checksum-crc32");
  if (text == nullptr || text->find('-') != std::string::npos) return std::nullopt;
  return Base64Decode(*text);
}

class Client final : public S3Client {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context) : service_(std::move(context), Service::kS3) {}

  Result<std::string> PutObject(const std::string& bucket, const std::string& key, std::string body,
                                const S3PutOptions& put, const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("PutObject", "PUT", bucket, key, options));
    call.request.headers.Add("Content-Type", put.content_type);
    if (put.only_if_absent) call.request.headers.Add("If-None-Match", "*");
    AddChecksum(call.request, body);
    call.request.body = MakeBody(std::move(body));
    SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(call), bucket));
    return WithoutQuotes(response.headers.Get("ETag"));
  }

  Result<std::unique_ptr<S3ObjectReader>> GetObject(const std::string& bucket, const std::string& key,
                                                    const S3GetOptions& get, const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("GetObject", "GET", bucket, key, options));
    const bool whole = get.offset == 0 && !get.length;
    if (!whole) {
      const std::string last = get.length ? std::to_string(get.offset + *get.length - 1) : "";
      call.request.headers.Add("Range", "bytes=" + std::to_string(get.offset) + "-" + last);
    }
    if (!get.if_match.empty()) call.request.headers.Add("If-Match", "\"" + get.if_match + "\"");
    if (config().response_checksums) call.request.headers.Add("x-amz-checksum-mode", "ENABLED");
    const std::string operation = call.operation;
    SAGESPARK_ASSIGN_OR_RETURN(
        auto stream, InRegion<std::unique_ptr<HttpResponseStream>>(
                         std::move(call), bucket, [this](ServiceCall ready) { return service_.Start(std::move(ready)); }));
    S3ObjectInfo info = InfoOf(key, stream->headers());
    auto crc32 = whole ? WholeCrc32(stream->headers()) : std::nullopt;
    return std::unique_ptr<S3ObjectReader>(
        new ObjectReader(std::move(stream), std::move(info), std::move(crc32), operation));
  }

  Result<S3ObjectInfo> HeadObject(const std::string& bucket, const std::string& key,
                                  const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("HeadObject", "HEAD", bucket, key, options));
    SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(call), bucket));
    return InfoOf(key, response.headers);
  }

  Status DeleteObject(const std::string& bucket, const std::string& key, const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("DeleteObject", "DELETE", bucket, key, options));
    return Send(std::move(call), bucket).status();
  }

  Status DeleteObjects(const std::string& bucket, const std::vector<std::string>& keys,
                       const CallOptions& options) override {
    Status first = Status::Ok();
    for (size_t start = 0; start < keys.size(); start += kMaxDeletes) {
      const size_t end = std::min(keys.size(), start + kMaxDeletes);
      Status status = DeleteSome(bucket, {keys.begin() + static_cast<ptrdiff_t>(start),
                                          keys.begin() + static_cast<ptrdiff_t>(end)}, options);
      if (first.ok() && !status.ok()) first = std::move(status);
    }
    return first;
  }

  Result<S3Page> ListPage(const std::string& bucket, const S3ListOptions& list, const std::string& token,
                          const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("ListObjectsV2", "GET", bucket, "", options));
    std::string& query = call.request.query;
    if (!token.empty()) query += Query({{"continuation-token", token}}) + "&";
    if (!list.delimiter.empty()) query += Query({{"delimiter", list.delimiter}}) + "&";
    query += "encoding-type=url&list-type=2";
    if (list.max_keys != 1000) query += "&" + Query({{"max-keys", std::to_string(list.max_keys)}});
    if (!list.prefix.empty()) query += "&" + Query({{"prefix", list.prefix}});
    if (!list.start_after.empty()) query += "&" + Query({{"start-after", list.start_after}});
    const std::string operation = call.operation;
    SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(call), bucket));
    SAGESPARK_ASSIGN_OR_RETURN(const xml::Element root, ParseReply(response, operation));
    S3Page page;
    for (const auto& child : root.children) {
      if (child.name == "Contents") {
        SAGESPARK_ASSIGN_OR_RETURN(std::string key, DecodeKey(child.TextOf("Key")));
        page.objects.push_back({.key = std::move(key),
                                .size = ParseSize(child.TextOf("Size")),
                                .etag = WithoutQuotes(std::string(child.TextOf("ETag"))),
                                .last_modified = ParseTime(child.TextOf("LastModified"))});
      } else if (child.name == "CommonPrefixes") {
        SAGESPARK_ASSIGN_OR_RETURN(std::string prefix, DecodeKey(child.TextOf("Prefix")));
        page.common_prefixes.push_back(std::move(prefix));
      }
    }
    if (root.TextOf("IsTruncated") == "true") page.next_token = root.TextOf("NextContinuationToken");
    return page;
  }

  Status CreateBucket(const std::string& bucket, const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("CreateBucket", "PUT", bucket, "", options));
    if (config().region != "us-east-1") {  // There it is the default, and naming it is an error.
      xml::Writer writer;
      writer.Open("CreateBucketConfiguration", kNamespace).Text("LocationConstraint", config().region).Close();
      call.request.body = MakeBody(writer.Take());
    }
    Status status = Send(std::move(call), bucket).status();
    if (!status.ok() && status.error().code() == "BucketAlreadyOwnedByYou") return Status::Ok();
    return status;
  }

  Status HeadBucket(const std::string& bucket, const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("HeadBucket", "HEAD", bucket, "", options));
    return Send(std::move(call), bucket).status();
  }

  Result<std::string> GetBucketLocation(const std::string& bucket, const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("GetBucketLocation", "GET", bucket, "", options));
    call.request.query = "location";
    const std::string operation = call.operation;
    SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(call), bucket));
    SAGESPARK_ASSIGN_OR_RETURN(const xml::Element root, ParseReply(response, operation));
    // Names from before there were regions.
    if (root.text.empty()) return std::string("us-east-1");
    return root.text == "EU" ? "eu-west-1" : root.text;
  }

  Result<std::string> CreateMultipartUpload(const std::string& bucket, const std::string& key, const S3PutOptions& put,
                                            const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("CreateMultipartUpload", "POST", bucket, key, options));
    call.request.query = "uploads";
    call.request.headers.Add("Content-Type", put.content_type);
    if (config().request_checksums) call.request.headers.Add("x-amz-checksum-algorithm", "CRC32");
    const std::string operation = call.operation;
    SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(call), bucket));
    SAGESPARK_ASSIGN_OR_RETURN(const xml::Element root, ParseReply(response, operation));
    std::string upload_id(root.TextOf("UploadId"));
    if (upload_id.empty()) return CorruptData(operation + " failed: the reply has no UploadId");
    return upload_id;
  }

  Result<S3Part> UploadPart(const std::string& bucket, const std::string& key, const std::string& upload_id,
                            int32_t number, std::shared_ptr<const std::string> body,
                            const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("UploadPart", "PUT", bucket, key, options));
    call.operation += " part " + std::to_string(number);
    call.request.query = Query({{"partNumber", std::to_string(number)}, {"uploadId", upload_id}});
    S3Part part{.number = number, .crc32 = AddChecksum(call.request, *body)};
    call.request.body = MakeBody(std::move(body));
    SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(call), bucket));
    part.etag = WithoutQuotes(response.headers.Get("ETag"));
    return part;
  }

  Result<std::string> CompleteMultipartUpload(const std::string& bucket, const std::string& key,
                                              const std::string& upload_id, const std::vector<S3Part>& parts,
                                              const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("CompleteMultipartUpload", "POST", bucket, key, options));
    call.request.query = Query({{"uploadId", upload_id}});
    call.request.headers.Add("Content-Type", "application/xml");
    xml::Writer writer;
    writer.Open("CompleteMultipartUpload", kNamespace);
    for (const auto& part : parts) {
      writer.Open("Part");
      if (!part.crc32.empty()) writer.Text("ChecksumCRC32", part.crc32);
      writer.Text("ETag", "\"" + part.etag + "\"").Int("PartNumber", part.number).Close();
    }
    writer.Close();
    call.request.body = MakeBody(writer.Take());
    std::string etag;
    // The status is 200 before the store has put the parts together: the body tells how it went.
    call.check = [operation = call.operation, &etag](const HttpResponse& response) -> Status {
      SAGESPARK_ASSIGN_OR_RETURN(const xml::Element root, ParseReply(response, operation));
      if (root.name == "Error") return FaultError({500, std::string(root.TextOf("Code")), std::string(root.TextOf("Message"))}, operation);
      etag = WithoutQuotes(std::string(root.TextOf("ETag")));
      return Status::Ok();
    };
    SAGESPARK_RETURN_IF_ERROR(Send(std::move(call), bucket).status());
    return etag;
  }

  Status AbortMultipartUpload(const std::string& bucket, const std::string& key, const std::string& upload_id,
                              const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("AbortMultipartUpload", "DELETE", bucket, key, options));
    call.request.query = Query({{"uploadId", upload_id}});
    Status status = Send(std::move(call), bucket).status();
    if (!status.ok() && status.error().code() == "NoSuchUpload") return Status::Ok();
    return status;
  }

  Result<std::vector<S3Upload>> ListMultipartUploads(const std::string& bucket, const std::string& prefix,
                                                     const CallOptions& options) override {
    std::vector<S3Upload> uploads;
    std::string key_marker;
    std::string upload_marker;
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("ListMultipartUploads", "GET", bucket, "", options));
      std::string& query = call.request.query;
      query = "encoding-type=url";
      if (!key_marker.empty()) query += "&" + Query({{"key-marker", key_marker}});
      if (!prefix.empty()) query += "&" + Query({{"prefix", prefix}});
      if (!upload_marker.empty()) query += "&" + Query({{"upload-id-marker", upload_marker}});
      query += "&uploads";
      const std::string operation = call.operation;
      SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(call), bucket));
      SAGESPARK_ASSIGN_OR_RETURN(const xml::Element root, ParseReply(response, operation));
      for (const auto& child : root.children) {
        if (child.name != "Upload") continue;
        SAGESPARK_ASSIGN_OR_RETURN(std::string key, DecodeKey(child.TextOf("Key")));
        uploads.push_back({std::move(key), std::string(child.TextOf("UploadId")), ParseTime(child.TextOf("Initiated"))});
      }
      if (root.TextOf("IsTruncated") != "true") return uploads;
      SAGESPARK_ASSIGN_OR_RETURN(key_marker, DecodeKey(root.TextOf("NextKeyMarker")));
      upload_marker = root.TextOf("NextUploadIdMarker");
    }
  }

 private:
  const ClientConfig& config() const { return service_.config(); }

  /// A call for the bucket (empty key) or an object.
  Result<ServiceCall> Call(std::string operation, std::string method, const std::string& bucket,
                           const std::string& key, const CallOptions& options) const {
    SAGESPARK_RETURN_IF_ERROR(AddressOf(bucket, config()).status());
    ServiceCall call{.operation = std::move(operation) + " of s3://" + bucket + "/" + key, .options = options};
    call.request.method = std::move(method);
    call.request.path = "/" + PercentEncode(key, /*keep_slash=*/true);
    return call;
  }

  /// Adds the body's CRC-32 where it is to be sent, and returns it.
  std::string AddChecksum(HttpRequest& request, std::string_view body) const {
    if (!config().request_checksums) return "";
    std::string crc32 = Crc32Base64(body);
    request.headers.Add("x-amz-sdk-checksum-algorithm", "CRC32");
    request.headers.Add("x-amz-checksum-crc32", crc32);
    return crc32;
  }

  Result<HttpResponse> Send(ServiceCall call, const std::string& bucket) {
    return InRegion<HttpResponse>(std::move(call), bucket,
                                  [this](ServiceCall ready) { return service_.Send(std::move(ready)); });
  }

  /// Sends the call to the bucket's region; learns it when AWS says that it is another one.
  template <typename T, typename Sender>
  Result<T> InRegion(ServiceCall call, const std::string& bucket, Sender send) {
    HttpHeaders error_headers;
    call.error_headers = &error_headers;
    const std::string path = call.request.path;
    std::string region = RegionOf(bucket);
    SAGESPARK_RETURN_IF_ERROR(Locate(call, bucket, region, path));
    Result<T> result = send(call);
    const std::string actual = error_headers.Get("x-amz-bucket-region");
    const bool is_aws = !config().endpoints.contains(Service::kS3);
    if (result.ok() || !is_aws || actual.empty() || actual == region) return result;
    {
      std::lock_guard lock(mutex_);
      regions_[bucket] = actual;
    }
    SAGESPARK_RETURN_IF_ERROR(Locate(call, bucket, actual, path));
    return send(std::move(call));
  }

  std::string RegionOf(const std::string& bucket) {
    std::lock_guard lock(mutex_);
    const auto found = regions_.find(bucket);
    return found == regions_.end() ? config().region : found->second;
  }

  /// Addresses the call to the bucket in that region.
  Status Locate(ServiceCall& call, const std::string& bucket, const std::string& region, const std::string& path) const {
    ClientConfig there = config();
    there.region = region;
    SAGESPARK_ASSIGN_OR_RETURN(BucketAddress address, AddressOf(bucket, there));
    call.request.endpoint = std::move(address.endpoint);
    call.request.path = address.path_prefix.empty() ? path : address.path_prefix + (path == "/" ? "" : path);
    call.signing_region = region;
    return Status::Ok();
  }

  static Result<xml::Element> ParseReply(const HttpResponse& response, const std::string& operation) {
    auto root = xml::Parse(response.body);
    if (!root.ok()) return root.error().WithContext(operation + " failed: the reply is no XML");
    return root;
  }

  Status DeleteSome(const std::string& bucket, const std::vector<std::string>& keys, const CallOptions& options) {
    SAGESPARK_ASSIGN_OR_RETURN(ServiceCall call, Call("DeleteObjects", "POST", bucket, "", options));
    call.request.query = "delete";
    call.request.headers.Add("Content-Type", "application/xml");
    xml::Writer writer;
    writer.Open("Delete", kNamespace);
    for (const auto& key : keys) writer.Open("Object").Text("Key", key).Close();
    writer.Bool("Quiet", true).Close();
    std::string body = writer.Take();
    // One of the two is required here.
    if (AddChecksum(call.request, body).empty()) {
      call.request.headers.Add("Content-MD5", Base64Encode(DigestOf(DigestAlgorithm::kMd5, body)));
    }
    call.request.body = MakeBody(std::move(body));
    const std::string operation = call.operation;
    SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(call), bucket));
    SAGESPARK_ASSIGN_OR_RETURN(const xml::Element root, ParseReply(response, operation));
    const xml::Element* error = root.Find("Error");
    if (error == nullptr) return Status::Ok();
    return FaultError({500, std::string(error->TextOf("Code")), std::string(error->TextOf("Message"))},
                      operation + std::string(error->TextOf("Key")));
  }

  ServiceClient service_;
  std::mutex mutex_;
  std::map<std::string, std::string> regions_;  // Of buckets outside the configured region.
};

}  // namespace

Status S3Client::ListObjects(const std::string& bucket, const S3ListOptions& list,
                             const std::function<bool(const S3ObjectInfo&)>& visit, const CallOptions& options) {
  std::string token;
  do {
    SAGESPARK_ASSIGN_OR_RETURN(const S3Page page, ListPage(bucket, list, token, options));
    for (const auto& object : page.objects) {
      if (!visit(object)) return Status::Ok();
    }
    token = page.next_token;
  } while (!token.empty());
  return Status::Ok();
}

std::shared_ptr<S3Client> MakeS3Client(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
