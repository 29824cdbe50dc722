#include "sagespark/server/s3/object_store.h"

#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class ObjectStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    ASSERT_THAT(store_->CreateBucket("bucket", "us-east-1"), HasValue(true));
  }

  void Open() {
    store_.reset();
    database_.reset();
    database_ = *Database::Open((temporary_ / "x.db").string());
    store_ = *ObjectStore::Open(*database_, temporary_ / "objects", Clock::System());
  }

  Status Put(const std::string& key, const std::string& text, const Precondition& precondition = {}) {
    BlobStore::Writer blob = store_->NewBlob();
    SAGESPARK_RETURN_IF_ERROR(blob.Write(text));
    SAGESPARK_RETURN_IF_ERROR(blob.Finish().status());
    return store_->PutObject("bucket", key, blob, "etag-" + text, {}, precondition).status();
  }

  Result<std::string> Read(const ObjectStore::OpenObject& object) {
    const auto reader = store_->Read(object, 0, object.info.size);
    std::string text(100, '\0');
    SAGESPARK_ASSIGN_OR_RETURN(const size_t size, reader->Read(text.data(), text.size()));
    return text.substr(0, size);
  }

  Result<std::string> Get(const std::string& key) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto object, store_->Open("bucket", key));
    return Read(object);
  }

  std::vector<std::string> KeysOf(const Listing& listing) {
    std::vector<std::string> keys;
    for (const ObjectInfo& object : listing.objects) keys.push_back(object.key);
    return keys;
  }

  size_t BlobFiles() {
    size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(temporary_ / "objects")) count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

  static std::string CodeOf(const Status& status) { return status.ok() ? "" : status.error().code(); }

  TemporaryFolder temporary_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(ObjectStoreTest, KeepsObjectsOverARestart) {
  ASSERT_OK(Put("k", "text"));
  ASSERT_OK(Put("empty", ""));
  Open();
  EXPECT_THAT(Get("k"), HasValue("text"));
  EXPECT_THAT(Get("empty"), HasValue(""));
  EXPECT_EQ(CodeOf(Get("none").status()), "NoSuchKey");
  EXPECT_EQ(CodeOf(store_->Open("nobucket", "k").status()), "NoSuchBucket");
}

TEST_F(ObjectStoreTest, AReplacedObjectStaysReadableForThoseWhoOpenedIt) {
  ASSERT_OK(Put("k", "old"));
  {
    ASSERT_OK_AND_ASSIGN(const auto old, store_->Open("bucket", "k"));
    ASSERT_OK(Put("k", "new"));
    EXPECT_THAT(Read(old), HasValue("old"));
    EXPECT_EQ(BlobFiles(), 2u);
  }
  EXPECT_EQ(BlobFiles(), 1u);
  EXPECT_THAT(Get("k"), HasValue("new"));
}

TEST_F(ObjectStoreTest, APreconditionThatFailsLeavesTheOldObjectAndNoFile) {
  ASSERT_OK(Put("k", "old"));
  const auto refuse = [](const ObjectInfo* existing) -> Status { return Conflict(existing == nullptr ? "absent" : existing->etag); };
  EXPECT_THAT(Put("k", "new", refuse), IsError(ErrorKind::kConflict, "etag-old"));
  EXPECT_THAT(Put("other", "new", refuse), IsError(ErrorKind::kConflict, "absent"));
  EXPECT_THAT(Get("k"), HasValue("old"));
  EXPECT_EQ(BlobFiles(), 1u);
}

TEST_F(ObjectStoreTest, ListsInByteOrderByPagesAndFolders) {
  for (const char* key : {"a/1", "a/2", "a", "b/x/1", "b/y", "\xc3\xa4", "a-"}) ASSERT_OK(Put(key, "x"));
  ASSERT_OK_AND_ASSIGN(const Listing all, store_->List("bucket", {}));
  EXPECT_THAT(KeysOf(all), ElementsAre("a", "a-", "a/1", "a/2", "b/x/1", "b/y", "\xc3\xa4"));
  ASSERT_OK_AND_ASSIGN(const Listing folders, store_->List("bucket", {.delimiter = "/"}));
  EXPECT_THAT(KeysOf(folders), ElementsAre("a", "a-", "\xc3\xa4"));
  EXPECT_THAT(folders.common_prefixes, ElementsAre("a/", "b/"));
  ASSERT_OK_AND_ASSIGN(const Listing page, store_->List("bucket", {.prefix = "a", .max_keys = 2}));
  EXPECT_THAT(KeysOf(page), ElementsAre("a", "a-"));
  ASSERT_TRUE(page.truncated);
  ASSERT_OK_AND_ASSIGN(const Listing rest, store_->List("bucket", {.prefix = "a", .start_after = page.next, .max_keys = 2}));
  EXPECT_THAT(KeysOf(rest), ElementsAre("a/1", "a/2"));
  EXPECT_FALSE(rest.truncated);
}

TEST_F(ObjectStoreTest, DeletesObjectsAndThenTheBucket) {
  ASSERT_OK(Put("k", "x"));
  EXPECT_EQ(CodeOf(store_->DeleteBucket("bucket")), "BucketNotEmpty");
  ASSERT_OK(store_->DeleteObjects("bucket", {{"k", {}}, {"never there", {}}}));
  EXPECT_EQ(BlobFiles(), 0u);
  EXPECT_THAT(store_->DeleteBucket("bucket"), IsOk());
  EXPECT_EQ(CodeOf(store_->DeleteBucket("bucket")), "NoSuchBucket");
}

TEST_F(ObjectStoreTest, AnUploadIsVisibleWhenItIsComplete) {
  ASSERT_OK_AND_ASSIGN(const std::string id, store_->CreateUpload("bucket", "k", {}));
  BlobStore::Writer blob = store_->NewBlob();
  ASSERT_OK(blob.Write("part"));
  ASSERT_OK_AND_ASSIGN(const Blob written, blob.Finish());
  ASSERT_OK(store_->PutPart("bucket", "k", id, {.number = 1, .size = 4, .etag = "900150983cd24fb0d6963f7d28e17f72", .blob = written}, blob));
  EXPECT_EQ(CodeOf(Get("k").status()), "NoSuchKey");
  EXPECT_EQ(CodeOf(store_->CompleteUpload("bucket", "k", id, {.parts = {{.number = 2, .etag = "x"}}}).status()), "InvalidPart");
  ASSERT_OK(store_->CompleteUpload("bucket", "k", id, {.parts = {{.number = 1, .etag = "900150983cd24fb0d6963f7d28e17f72"}}}));
  EXPECT_THAT(Get("k"), HasValue("part"));
  EXPECT_EQ(CodeOf(store_->AbortUpload("bucket", "k", id)), "NoSuchUpload");
}

TEST_F(ObjectStoreTest, SharesAnObjectsFileThatOutlivesIt) {
  ASSERT_OK(Put("k", "text"));
  ASSERT_OK_AND_ASSIGN(const auto object, store_->Open("bucket", "k"));
  ASSERT_TRUE(store_->Link(object, temporary_ / "link"));
  ASSERT_OK(store_->DeleteObjects("bucket", {{"k", {}}}));
  EXPECT_EQ(ReadFile(temporary_ / "link"), "text");
  EXPECT_FALSE(store_->Link(object, temporary_ / "link"));  // The name is taken.
}

}  // namespace
}  // namespace sagespark::server
