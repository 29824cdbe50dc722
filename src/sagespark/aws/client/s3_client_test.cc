#include "sagespark/aws/client/s3_client.h"

#include "sagespark/aws/client/testing/test_context.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing_server::Reply;
using testing_server::ScriptedExchange;
using testing_server::ScriptedServer;

Reply ErrorReply(int status, const std::string& code) {
  return {.status = status,
          .body = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>Words.</Message></Error>"};
}

Reply Page(const std::vector<std::string>& keys, const std::string& next = "") {
  std::string body = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const auto& key : keys) {
    body += "<Contents><Key>" + key + "</Key><Size>3</Size><ETag>&quot;e&quot;</ETag></Contents>";
  }
  if (!next.empty()) {
    body += "<IsTruncated>true</IsTruncated><NextContinuationToken>" + next + "</NextContinuationToken>";
  }
  return {.body = body + "</ListBucketResult>"};
}

class S3ClientTest : public testing::Test {
 protected:
  std::shared_ptr<S3Client> ClientOf(const ScriptedServer& server) { return MakeS3Client(ContextOf(server, clock_)); }

  FakeClock clock_;
};

TEST_F(S3ClientTest, PutsAnObjectWithItsChecksum) {
  ScriptedServer server({{.method = "PUT", .path = "/bucket/a%20b/c", .reply = {.headers = {{"ETag", "\"tag\""}}}}});
  EXPECT_THAT(ClientOf(server)->PutObject("bucket", "a b/c", "123456789", {.content_type = "text/plain"}),
              HasValue(std::string("tag")));
  const auto request = server.requests()[0];
  EXPECT_EQ(request.body, "123456789");
  EXPECT_EQ(request.header("content-type"), "text/plain");
  EXPECT_EQ(request.header("x-amz-checksum-crc32"), "y/Q5Jg==");  // 0xCBF43926, the check value of CRC-32.
  EXPECT_EQ(request.header("x-amz-content-sha256"),
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
  EXPECT_THAT(request.header("authorization"),
              StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/us-east-1/s3/aws4_request, SignedHeaders="));
}

TEST_F(S3ClientTest, NamesTheRegionOfABucket) {
  const auto location = [](const std::string& text) {
    return Reply{.body = "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + text + "</LocationConstraint>"};
  };
  ScriptedServer server({{.method = "GET", .path = "/bucket", .query = "location", .reply = location("")},
                         {.reply = location("eu-central-1")},
                         {.reply = location("EU")}});
  const auto client = ClientOf(server);
  EXPECT_THAT(client->GetBucketLocation("bucket"), HasValue(std::string("us-east-1")));
  EXPECT_THAT(client->GetBucketLocation("bucket"), HasValue(std::string("eu-central-1")));
  EXPECT_THAT(client->GetBucketLocation("bucket"), HasValue(std::string("eu-west-1")));
}

TEST_F(S3ClientTest, ReadsARangeOfAnObject) {
  ScriptedServer server({{.method = "GET", .path = "/bucket/key",
                          .reply = {.status = 206,
                                    .headers = {{"Content-Range", "bytes 2-4/10"}, {"ETag", "\"tag\""}},
                                    .body = "234"}}});
  ASSERT_OK_AND_ASSIGN(const auto reader,
                       ClientOf(server)->GetObject("bucket", "key", {.offset = 2, .length = 3, .if_match = "tag"}));
  char buffer[16];
  ASSERT_OK_AND_ASSIGN(const size_t count, reader->Read(buffer));
  EXPECT_EQ(std::string(buffer, count), "234");
  EXPECT_EQ(reader->info().size, 10);
  EXPECT_EQ(reader->info().etag, "tag");
  EXPECT_EQ(server.requests()[0].header("range"), "bytes=2-4");
  EXPECT_EQ(server.requests()[0].header("if-match"), "\"tag\"");
}

TEST_F(S3ClientTest, ErrorsNameOperationAndObjectAndKeepTheServicesCode) {
  const std::vector<std::tuple<int, std::string, ErrorKind>> cases = {
      {404, "NoSuchBucket", ErrorKind::kNotFound},
      {403, "AccessDenied", ErrorKind::kPermissionDenied},
      {403, "InvalidAccessKeyId", ErrorKind::kUnauthenticated},
      {403, "SignatureDoesNotMatch", ErrorKind::kUnauthenticated},
      {403, "RequestTimeTooSkewed", ErrorKind::kUnauthenticated},
      {400, "BadDigest", ErrorKind::kCorruptData},
      {412, "PreconditionFailed", ErrorKind::kConflict},
      {400, "InvalidRequest", ErrorKind::kInvalidArgument}};
  for (const auto& [status, code, kind] : cases) {
    SCOPED_TRACE(code);
    ScriptedServer server({{.reply = ErrorReply(status, code)}});
    const auto result = ClientOf(server)->PutObject("bucket", "key", "x");
    EXPECT_THAT(result, IsError(kind, "PutObject of s3://bucket/key failed: " + code + ": Words."));
    EXPECT_EQ(result.error().code(), code);
  }
}

TEST_F(S3ClientTest, ACutConnectionAndAnErrorOfTheServerAreRetriedWithTheWholeBody) {
  ScriptedServer server({{.reply = {.cut = true}}, {.reply = ErrorReply(500, "InternalError")}, {.reply = {}}});
  EXPECT_OK(ClientOf(server)->PutObject("bucket", "key", "body"));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[2].body, "body");
  EXPECT_EQ(requests[2].header("amz-sdk-request"), "attempt=3; max=3");
  EXPECT_THAT(clock_.sleeps(), ElementsAre(milliseconds(25), milliseconds(50)));
}

TEST_F(S3ClientTest, ThrottlingWaitsLongerAndHonoursRetryAfter) {
  Reply wish = ErrorReply(503, "SlowDown");
  wish.headers = {{"Retry-After", "3"}};
  ScriptedServer server({{.reply = ErrorReply(503, "SlowDown")}, {.reply = wish}, {.reply = {.status = 204}}});
  EXPECT_OK(ClientOf(server)->DeleteObject("bucket", "key"));
  EXPECT_THAT(clock_.sleeps(), ElementsAre(milliseconds(500), milliseconds(3000)));
}

TEST_F(S3ClientTest, AnErrorThatStaysIsReturnedAfterThreeAttempts) {
  ScriptedServer server({{.reply = {.status = 500}}, {.reply = {.status = 502}}, {.reply = {.status = 503}}});
  EXPECT_THAT(ClientOf(server)->HeadObject("bucket", "key"),
              IsError(ErrorKind::kUnavailable, "HeadObject of s3://bucket/key failed: HTTP status 503"));
}

TEST_F(S3ClientTest, ListObjectsFollowsContinuationTokensToTheEnd) {
  ScriptedServer server({
      {.path = "/bucket", .query = "encoding-type=url&list-type=2&prefix=job%2F", .reply = Page({"job/0", "job/a+b%2Bc"}, "t/1=")},
      {.path = "/bucket", .query = "continuation-token=t%2F1%3D&encoding-type=url&list-type=2&prefix=job%2F",
       .reply = Page({"job/1"})},
  });
  std::vector<std::string> keys;
  ASSERT_OK(ClientOf(server)->ListObjects("bucket", {.prefix = "job/"}, [&](const S3ObjectInfo& object) {
    keys.push_back(object.key);
    return true;
  }));
  EXPECT_THAT(keys, ElementsAre("job/0", "job/a b+c", "job/1"));
}

TEST_F(S3ClientTest, AListingTellsWhenObjectsChangedLast) {
  ScriptedServer server({{.reply = {.body = "<ListBucketResult><Contents><Key>a</Key><LastModified>2023-11-14T22:13:20.123Z</LastModified>"
                                            "</Contents><Contents><Key>b</Key></Contents><Contents><Key>c</Key>"
                                            "<LastModified>2023-13-14T22:13:20Z</LastModified></Contents></ListBucketResult>"}}});
  std::vector<std::optional<SystemTime>> times;
  ASSERT_OK(ClientOf(server)->ListObjects("bucket", {}, [&](const S3ObjectInfo& object) {
    times.push_back(object.last_modified);
    return true;
  }));
  EXPECT_THAT(times, ElementsAre(SystemTime(std::chrono::seconds(1'700'000'000)), std::nullopt, std::nullopt));
}

TEST_F(S3ClientTest, AListingEndsWhenTheVisitorHasEnough) {
  ScriptedServer server({{.reply = Page({"a", "b"}, "next")}});
  int visits = 0;
  ASSERT_OK(ClientOf(server)->ListObjects("bucket", {}, [&](const S3ObjectInfo&) { return ++visits < 1; }));
  EXPECT_EQ(visits, 1);
}

TEST_F(S3ClientTest, ABucketOfOnesOwnIsCreatedAlready) {
  ScriptedServer server({{.method = "PUT", .path = "/bucket", .reply = ErrorReply(409, "BucketAlreadyOwnedByYou")},
                         {.method = "PUT", .path = "/bucket", .reply = ErrorReply(409, "BucketAlreadyExists")}});
  const auto client = ClientOf(server);
  EXPECT_OK(client->CreateBucket("bucket"));
  EXPECT_THAT(client->CreateBucket("bucket"), IsError(ErrorKind::kAlreadyExists, HasSubstr("CreateBucket")));
  EXPECT_EQ(server.requests()[0].body, "");
}

TEST_F(S3ClientTest, OutsideUsEast1TheBucketsRegionIsNamed) {
  ScriptedServer server(std::vector<ScriptedExchange>(1));
  ClientConfig config = ConfigOf(server.url());
  config.region = "eu-west-1";
  ASSERT_OK(MakeS3Client(ContextOf(config, clock_))->CreateBucket("bucket"));
  EXPECT_THAT(server.requests()[0].body, HasSubstr("<LocationConstraint>eu-west-1</LocationConstraint>"));
}

TEST_F(S3ClientTest, UploadsInParts) {
  ScriptedServer server({
      {.method = "POST", .path = "/b/k", .query = "uploads",
       .reply = {.body = "<InitiateMultipartUploadResult><UploadId>id/1</UploadId></InitiateMultipartUploadResult>"}},
      {.method = "PUT", .path = "/b/k", .query = "partNumber=1&uploadId=id%2F1", .reply = {.headers = {{"ETag", "\"p1\""}}}},
      {.method = "POST", .path = "/b/k", .query = "uploadId=id%2F1",
       .reply = {.body = "<CompleteMultipartUploadResult><ETag>\"whole-1\"</ETag></CompleteMultipartUploadResult>"}},
  });
  const auto client = ClientOf(server);
  ASSERT_OK_AND_ASSIGN(const std::string id, client->CreateMultipartUpload("b", "k"));
  ASSERT_OK_AND_ASSIGN(const S3Part part, client->UploadPart("b", "k", id, 1, std::make_shared<const std::string>("123456789")));
  EXPECT_THAT(client->CompleteMultipartUpload("b", "k", id, {part}), HasValue(std::string("whole-1")));
  EXPECT_EQ(server.requests()[0].header("x-amz-checksum-algorithm"), "CRC32");
  EXPECT_THAT(server.requests()[2].body,
              HasSubstr("<Part><ChecksumCRC32>y/Q5Jg==</ChecksumCRC32><ETag>&quot;p1&quot;</ETag><PartNumber>1</PartNumber></Part>"));
}

TEST_F(S3ClientTest, AnErrorInA200ReplyToACompletionIsRetried) {
  ScriptedServer server({{.reply = ErrorReply(200, "InternalError")},
                         {.reply = {.body = "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"}},
                         {.reply = ErrorReply(200, "InvalidPart")}});
  const auto client = ClientOf(server);
  EXPECT_THAT(client->CompleteMultipartUpload("b", "k", "id", {}), HasValue(std::string("e")));
  EXPECT_THAT(client->CompleteMultipartUpload("b", "k", "id", {}),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("InvalidPart: Words.")));
}

TEST_F(S3ClientTest, DeletesAThousandObjectsARequest) {
  ScriptedServer server({
      {.method = "POST", .path = "/b", .query = "delete", .reply = {.body = "<DeleteResult></DeleteResult>"}},
      {.method = "POST", .path = "/b", .query = "delete",
       .reply = {.body = "<DeleteResult><Error><Key>k1000</Key><Code>AccessDenied</Code><Message>No.</Message></Error></DeleteResult>"}},
  });
  std::vector<std::string> keys;
  for (int i = 0; i <= 1000; ++i) keys.push_back("k" + std::to_string(i));
  EXPECT_THAT(ClientOf(server)->DeleteObjects("b", keys),
              IsError(ErrorKind::kPermissionDenied, "DeleteObjects of s3://b/k1000 failed: AccessDenied: No."));
  EXPECT_THAT(server.requests()[1].body, HasSubstr("<Object><Key>k1000</Key></Object><Quiet>true</Quiet>"));
}

TEST_F(S3ClientTest, ListsUploadsOverAllPages) {
  ScriptedServer server({
      {.query = "encoding-type=url&prefix=p&uploads",
       .reply = {.body = "<R><Upload><Key>p1</Key><UploadId>a</UploadId></Upload><IsTruncated>true</IsTruncated>"
                         "<NextKeyMarker>p1</NextKeyMarker><NextUploadIdMarker>a</NextUploadIdMarker></R>"}},
      {.query = "encoding-type=url&key-marker=p1&prefix=p&upload-id-marker=a&uploads",
       .reply = {.body = "<R><Upload><Key>p2</Key><UploadId>b</UploadId></Upload></R>"}},
  });
  ASSERT_OK_AND_ASSIGN(const auto uploads, ClientOf(server)->ListMultipartUploads("b", "p"));
  ASSERT_EQ(uploads.size(), 2u);
  EXPECT_EQ(uploads[1].key, "p2");
  EXPECT_EQ(uploads[1].upload_id, "b");
}

TEST_F(S3ClientTest, WithoutCredentialsNothingIsSent) {
  class NoCredentials final : public CredentialsProvider {
    Result<Credentials> Get(const CancellationToken&) override {
      return Error(ErrorKind::kUnauthenticated, "AWS credentials not found");
    }
  };
  ScriptedServer server({});
  auto context = std::make_shared<ClientContext>(*ContextOf(server, clock_));
  context->credentials = std::make_shared<NoCredentials>();
  EXPECT_THAT(MakeS3Client(context)->HeadBucket("b"),
              IsError(ErrorKind::kUnauthenticated, "HeadBucket of s3://b/ failed: AWS credentials not found"));
}

}  // namespace
}  // namespace sagespark::aws
