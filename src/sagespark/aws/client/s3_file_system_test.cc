#include "sagespark/aws/client/s3_file_system.h"

#include <algorithm>

#include "sagespark/aws/client/testing/test_context.h"
#include "sagespark/base/digest.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

using io::PendingFile;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_server::Reply;
using testing_server::ScriptedExchange;
using testing_server::ScriptedServer;

const Uri kFile{"s3", "b", "job/part"};

Reply Started() { return {.body = "<R><UploadId>id</UploadId></R>"}; }
Reply Completed() { return {.body = "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"}; }
Reply Missing(const std::string& code) { return {.status = 404, .body = "<Error><Code>" + code + "</Code></Error>"}; }

/// A part's upload; its ETag is the MD5 of `body`.
ScriptedExchange PartExchange(int number, const std::string& body) {
  return {.method = "PUT", .query = "partNumber=" + std::to_string(number) + "&uploadId=id",
          .reply = {.headers = {{"ETag", "\"" + ToHex(DigestOf(DigestAlgorithm::kMd5, body)) + "\""}}}};
}

/// The reply to a GET that has `body` and dies after `cut_after` bytes.
Reply Object(const std::string& body, std::optional<size_t> cut_after = std::nullopt) {
  return {.headers = {{"ETag", "\"tag\""}}, .body = body, .cut_after = cut_after};
}

class S3FileSystemTest : public testing::Test {
 protected:
  std::shared_ptr<io::FileSystem> FilesOf(const ScriptedServer& server) {
    return MakeS3FileSystem(MakeS3Client(ContextOf(server, clock_)), {.part_bytes = 4, .parts_in_flight = 2});
  }

  FakeClock clock_;
};

/// The parts' bodies by number.
std::map<std::string, std::string> PartsSent(const ScriptedServer& server) {
  std::map<std::string, std::string> parts;
  for (const auto& request : server.requests()) {
    if (request.method == "PUT") parts[request.query()] = request.body;
  }
  return parts;
}

TEST_F(S3FileSystemTest, ASmallFileIsOnePutAtClose) {
  ScriptedServer server({{.method = "PUT", .path = "/b/job/part", .query = ""}});
  ASSERT_OK_AND_ASSIGN(const auto stream, FilesOf(server)->Create(kFile));
  ASSERT_OK(stream->Write("ab"));
  ASSERT_OK(stream->Write("cd"));
  EXPECT_TRUE(server.requests().empty());
  ASSERT_OK(stream->Close());
  EXPECT_EQ(server.requests()[0].body, "abcd");
  EXPECT_EQ(stream->bytes_written(), 4);
}

TEST_F(S3FileSystemTest, ALargerFileGoesInPartsAndIsCompletedAtClose) {
  ScriptedServer server({{.method = "POST", .query = "uploads", .reply = Started()},
                         PartExchange(1, "abcd"), PartExchange(2, "efgh"), PartExchange(3, "i"),
                         {.method = "POST", .query = "uploadId=id", .reply = Completed()}});
  ASSERT_OK_AND_ASSIGN(const auto stream, FilesOf(server)->Create(kFile));
  ASSERT_OK(stream->Write("abcdefg"));
  ASSERT_OK(stream->Write("hi"));
  ASSERT_OK(stream->Close());
  EXPECT_THAT(PartsSent(server), ElementsAre(testing::Pair("partNumber=1&uploadId=id", "abcd"),
                                             testing::Pair("partNumber=2&uploadId=id", "efgh"),
                                             testing::Pair("partNumber=3&uploadId=id", "i")));
}

TEST_F(S3FileSystemTest, ADetachedFileIsCommittedByAnother) {
  ScriptedServer server({{.method = "POST", .query = "uploads", .reply = Started()},
                         PartExchange(1, "ab"),
                         {.method = "POST", .query = "uploadId=id", .reply = Completed()},
                         {.method = "DELETE", .query = "uploadId=id", .reply = Missing("NoSuchUpload")}});
  PendingFile pending;
  {
    ASSERT_OK_AND_ASSIGN(const auto stream, FilesOf(server)->Create(kFile));
    ASSERT_OK(stream->Write("ab"));
    ASSERT_OK_AND_ASSIGN(pending, stream->Detach());
  }
  EXPECT_EQ(pending.upload_id, "id");
  EXPECT_EQ(pending.size, 2);
  ASSERT_EQ(pending.parts.size(), 1u);
  EXPECT_EQ(server.requests().size(), 2u) << "A detached upload was completed or aborted";
  EXPECT_OK(FilesOf(server)->Commit(pending));
  EXPECT_OK(FilesOf(server)->Abort(pending));
  EXPECT_THAT(server.requests()[2].body, HasSubstr("<PartNumber>1</PartNumber>"));
}

TEST_F(S3FileSystemTest, AnEmptyDetachedFileIsOneEmptyPart) {
  ScriptedServer server({{.query = "uploads", .reply = Started()}, PartExchange(1, "")});
  ASSERT_OK_AND_ASSIGN(const auto stream, FilesOf(server)->Create(kFile));
  ASSERT_OK_AND_ASSIGN(const PendingFile pending, stream->Detach());
  EXPECT_EQ(pending.parts.size(), 1u);
}

TEST_F(S3FileSystemTest, ACommitWhoseFirstReplyWasLostIsFoundToBeDone) {
  const std::string sum = DigestOf(DigestAlgorithm::kMd5, "ab");
  const std::string etag = ToHex(DigestOf(DigestAlgorithm::kMd5, sum)) + "-1";
  const PendingFile pending{kFile, "id", {{1, ToHex(sum), ""}}, 2};
  ScriptedServer server({{.method = "POST", .reply = {.cut = true}},
                         {.method = "POST", .reply = Missing("NoSuchUpload")},
                         {.method = "HEAD", .reply = {.headers = {{"ETag", "\"" + etag + "\""}, {"Content-Length", "2"}}}},
                         {.method = "POST", .reply = Missing("NoSuchUpload")},
                         {.method = "HEAD", .reply = {.headers = {{"ETag", "\"other-1\""}, {"Content-Length", "2"}}}}});
  EXPECT_OK(FilesOf(server)->Commit(pending));
  EXPECT_THAT(FilesOf(server)->Commit(pending), IsError(ErrorKind::kNotFound, HasSubstr("NoSuchUpload")));
}

TEST_F(S3FileSystemTest, AnAbandonedStreamAbortsItsUpload) {
  ScriptedServer server({{.query = "uploads", .reply = Started()}, PartExchange(1, "abcd"),
                         {.method = "DELETE", .query = "uploadId=id", .reply = {.status = 204}}});
  ASSERT_OK_AND_ASSIGN(auto stream, FilesOf(server)->Create(kFile));
  ASSERT_OK(stream->Write("abcdef"));
  stream.reset();
  EXPECT_EQ(server.requests().back().method, "DELETE");
}

TEST_F(S3FileSystemTest, AFailedPartFailsTheFileAndAbortsTheUpload) {
  ScriptedServer server({{.query = "uploads", .reply = Started()},
                         {.method = "PUT", .reply = {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"}},
                         {.method = "DELETE", .query = "uploadId=id", .reply = {.status = 204}}});
  ASSERT_OK_AND_ASSIGN(auto stream, FilesOf(server)->Create(kFile));
  ASSERT_OK(stream->Write("abcd"));
  EXPECT_THAT(stream->Detach(), IsError(ErrorKind::kPermissionDenied, HasSubstr("UploadPart of s3://b/job/part part 1")));
  EXPECT_THAT(stream->Write("x"), IsError(ErrorKind::kPermissionDenied, HasSubstr("UploadPart")));
}

TEST_F(S3FileSystemTest, AReadContinuesAfterACutFromTheByteReached) {
  ScriptedServer server({{.method = "GET", .reply = Object("0123456789", 4)},
                         {.method = "GET", .reply = {.status = 206, .headers = {{"ETag", "\"tag\""}}, .body = "456789", .cut_after = 1}},
                         {.method = "GET", .reply = {.status = 206, .headers = {{"ETag", "\"tag\""}}, .body = "56789"}}});
  ASSERT_OK_AND_ASSIGN(const auto stream, FilesOf(server)->Open(kFile));
  EXPECT_THAT(io::ReadAll(*stream, 100), HasValue(std::string("0123456789")));
  EXPECT_EQ(server.requests()[0].header("range"), "");
  EXPECT_EQ(server.requests()[1].header("range"), "bytes=4-");
  EXPECT_EQ(server.requests()[1].header("if-match"), "\"tag\"");
  EXPECT_EQ(server.requests()[2].header("range"), "bytes=5-");
}

TEST_F(S3FileSystemTest, AnObjectReplacedDuringAReadIsAConflict) {
  ScriptedServer server({{.reply = Object("0123456789", 4)},
                         {.reply = {.status = 412, .body = "<Error><Code>PreconditionFailed</Code></Error>"}}});
  ASSERT_OK_AND_ASSIGN(const auto stream, FilesOf(server)->Open(kFile));
  EXPECT_THAT(io::ReadAll(*stream, 100), IsError(ErrorKind::kConflict, HasSubstr("GetObject of s3://b/job/part")));
}

TEST_F(S3FileSystemTest, ARangeIsReadToItsEnd) {
  ScriptedServer server({{.reply = {.status = 206, .body = "234", .cut_after = 1}}, {.reply = {.status = 206, .body = "34"}},
                         {.reply = {.status = 416, .body = "<Error><Code>InvalidRange</Code></Error>"}}});
  ASSERT_OK_AND_ASSIGN(const auto stream, FilesOf(server)->Open(kFile, 2, 3));
  EXPECT_THAT(io::ReadAll(*stream, 100), HasValue(std::string("234")));
  EXPECT_EQ(server.requests()[0].header("range"), "bytes=2-4");
  EXPECT_EQ(server.requests()[1].header("range"), "bytes=3-4");
  ASSERT_OK_AND_ASSIGN(const auto behind, FilesOf(server)->Open(kFile, 10));
  EXPECT_THAT(io::ReadAll(*behind, 100), HasValue(std::string()));
}

TEST_F(S3FileSystemTest, TheChecksumOfAWholeObjectIsChecked) {
  Reply good = Object("123456789", 3);
  good.headers.emplace_back("x-amz-checksum-crc32", "y/Q5Jg==");
  Reply bad = Object("123456780");
  bad.headers.emplace_back("x-amz-checksum-crc32", "y/Q5Jg==");
  Reply composite = Object("123456780");
  composite.headers.emplace_back("x-amz-checksum-crc32", "y/Q5Jg==-2");
  ScriptedServer server({{.reply = good}, {.reply = {.status = 206, .headers = {{"ETag", "\"tag\""}}, .body = "456789"}},
                         {.reply = bad}, {.reply = composite}});
  const auto read = [&] {
    auto stream = FilesOf(server)->Open(kFile);
    return io::ReadAll(**stream, 100);
  };
  EXPECT_THAT(read(), HasValue(std::string("123456789")));
  EXPECT_THAT(read(), IsError(ErrorKind::kCorruptData, HasSubstr("CRC-32: s3://b/job/part")));
  EXPECT_THAT(read(), HasValue(std::string("123456780")));
}

TEST_F(S3FileSystemTest, ListsAFolderInOrderWithoutItsMarkers) {
  ScriptedServer server({
      {.method = "HEAD", .path = "/b/job", .reply = {.status = 404}},
      {.query = "encoding-type=url&list-type=2&prefix=job%2F",
       .reply = {.body = "<R><Contents><Key>job/</Key><Size>0</Size></Contents><Contents><Key>job/a</Key><Size>3</Size></Contents>"
                         "<Contents><Key>job/b/c</Key><Size>0</Size></Contents></R>"}}});
  std::vector<std::string> found;
  ASSERT_OK(FilesOf(server)->List({"s3", "b", "job"}, [&](const io::FileInfo& file) {
    found.push_back(file.uri.ToString() + " " + std::to_string(file.size));
    return true;
  }));
  EXPECT_THAT(found, ElementsAre("s3://b/job/a 3", "s3://b/job/b/c 0"));
}

TEST_F(S3FileSystemTest, WhatDoesNotExistIsNamed) {
  ScriptedServer server({{.method = "HEAD", .path = "/b/job/part", .reply = {.status = 404}},
                         {.method = "HEAD", .path = "/b"},
                         {.method = "HEAD", .path = "/b/job/part", .reply = {.status = 404}},
                         {.method = "HEAD", .path = "/b", .reply = {.status = 404}},
                         {.method = "GET", .path = "/b/job/part", .reply = Missing("NoSuchKey")},
                         {.method = "GET", .path = "/b", .reply = Missing("NoSuchBucket")}});
  const auto files = FilesOf(server);
  EXPECT_THAT(files->Stat(kFile), IsError(ErrorKind::kNotFound, "Object does not exist: s3://b/job/part"));
  EXPECT_THAT(files->Stat(kFile), IsError(ErrorKind::kNotFound, "Bucket does not exist: b"));
  EXPECT_THAT(files->Open(kFile).status(), IsError(ErrorKind::kNotFound, "Object does not exist: s3://b/job/part"));
  EXPECT_THAT(files->List({"s3", "b", ""}, [](const io::FileInfo&) { return true; }),
              IsError(ErrorKind::kNotFound, "Bucket does not exist: b"));
}

TEST_F(S3FileSystemTest, AUriThatNamesNoObjectIsRejected) {
  ScriptedServer server({});
  EXPECT_THAT(FilesOf(server)->Create({"s3", "b", ""}).status(),
              IsError(ErrorKind::kInvalidArgument, "URI names a bucket but no object: s3://b/"));
  EXPECT_THAT(FilesOf(server)->Open({"file", "", "/x"}).status(), IsError(ErrorKind::kInvalidArgument, HasSubstr("/x")));
}

}  // namespace
}  // namespace sagespark::aws
