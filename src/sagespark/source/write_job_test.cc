#include "sagespark/source/write_job.h"

#include <filesystem>

#include "sagespark/data/testing/batch_json.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::source {
namespace {

using data::TypeId;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class OneBatch final : public data::BatchStream {
 public:
  explicit OneBatch(std::optional<data::Batch> batch, std::shared_ptr<const data::Schema> schema)
      : batch_(std::move(batch)), schema_(std::move(schema)) {}
  const std::shared_ptr<const data::Schema>& schema() const override { return schema_; }
  Result<std::optional<data::Batch>> Next() override { return std::exchange(batch_, std::nullopt); }

 private:
  std::optional<data::Batch> batch_;
  std::shared_ptr<const data::Schema> schema_;
};

class WriteJobTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<WriteJob>> Begin(bool marker = true) {
    return WriteJob::Begin(std::make_shared<const io::FileSystems>(),
                           {.format = "sagemaker", .folder = folder_.path().string(), .mode = SaveMode::kAppend, .success_marker = marker},
                           *schema_);
  }
  OneBatch Rows(const std::string& json) { return OneBatch(*data::testing::BatchFromJson(schema_, json), schema_); }
  OneBatch NoRows() { return OneBatch(std::nullopt, schema_); }

  std::vector<std::string> Visible() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) names.push_back(entry.path().filename());
    std::erase_if(names, [](const std::string& name) { return name.starts_with("."); });
    return names;
  }

  std::shared_ptr<const data::Schema> schema_ =
      data::testing::SchemaOf({{"label", TypeId::kDouble}, {"features", TypeId::kVector}});
  TemporaryFolder folder_;
};

TEST_F(WriteJobTest, MakesFilesVisibleAtCommitAndTellsRowsAndBytes) {
  ASSERT_OK_AND_ASSIGN(const auto job, Begin(false));
  OneBatch first = Rows("[[1, [1, 2]]]");
  OneBatch second = Rows("[[2, [3, 4]], [3, [5, 6]]]");
  ASSERT_OK_AND_ASSIGN(const WrittenTask one, job->WriteTask(0, first, {}));
  ASSERT_OK_AND_ASSIGN(const WrittenTask two, job->WriteTask(7, second, {}));
  EXPECT_THAT(Visible(), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const WriteResult result, job->Commit({one, two}));
  EXPECT_EQ(result.rows, 3);
  ASSERT_THAT(result.files, SizeIs(2));
  EXPECT_THAT(result.files[1].path, ::testing::MatchesRegex(".*/part-00007-[-0-9a-f]{36}-c000\\.pbr"));
  EXPECT_THAT(Visible(), SizeIs(2));  // No marker was asked for.
  EXPECT_EQ(result.bytes, static_cast<int64_t>(std::filesystem::file_size(result.files[0].path) +
                                               std::filesystem::file_size(result.files[1].path)));
}

TEST_F(WriteJobTest, WritesNoFileForAnEmptyPartitionButTheFirst) {
  ASSERT_OK_AND_ASSIGN(const auto job, Begin());
  OneBatch none = NoRows();
  OneBatch still_none = NoRows();
  ASSERT_OK_AND_ASSIGN(const WrittenTask first, job->WriteTask(0, none, {}));
  ASSERT_OK_AND_ASSIGN(const WrittenTask second, job->WriteTask(1, still_none, {}));
  EXPECT_THAT(first.files, SizeIs(1));
  EXPECT_THAT(second.files, IsEmpty());
  ASSERT_OK(job->Commit({first, second}));
  EXPECT_THAT(Visible(), ::testing::UnorderedElementsAre("_SUCCESS", ::testing::StartsWith("part-00000-")));
}

TEST_F(WriteJobTest, AbortLeavesNothing) {
  ASSERT_OK_AND_ASSIGN(const auto job, Begin());
  OneBatch rows = Rows("[[1, [1, 2]]]");
  ASSERT_OK_AND_ASSIGN(const WrittenTask task, job->WriteTask(0, rows, {}));
  job->Abort({task});
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(WriteJobTest, AFailedTaskLeavesNothing) {
  ASSERT_OK_AND_ASSIGN(const auto job, Begin());
  OneBatch rows = Rows("[[1, [1, 2]], [2, [1]]]");
  EXPECT_THAT(job->WriteTask(0, rows, {}),
              IsError(ErrorKind::kCorruptData, ::testing::HasSubstr("\"features\", row 1 has length 1, not 2")));
  CancellationSource cancelled;
  cancelled.Cancel();
  OneBatch more = Rows("[[1, [1, 2]]]");
  EXPECT_THAT(job->WriteTask(1, more, cancelled.token()), IsError(ErrorKind::kCancelled, ::testing::_));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(WriteJobTest, ACommitThatFailsTakesBackWhatItShowed) {
  ASSERT_OK_AND_ASSIGN(const auto job, Begin());
  OneBatch rows = Rows("[[1, [1, 2]]]");
  ASSERT_OK_AND_ASSIGN(const WrittenTask task, job->WriteTask(0, rows, {}));
  WrittenTask lost = task;
  lost.files[0].upload_id += ".gone";
  EXPECT_THAT(job->Commit({task, lost}), IsError(ErrorKind::kNotFound, ::testing::_));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace sagespark::source
