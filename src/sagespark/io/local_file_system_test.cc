#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "sagespark/io/file_system.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LocalFileSystemTest : public ::testing::Test {
 protected:
  Uri At(const std::string& name) const { return {.scheme = "file", .path = folder_ + "/" + name}; }

  void WriteFile(const std::string& name, std::string_view text) {
    ASSERT_OK_AND_ASSIGN(const auto stream, files_->Create(At(name)));
    ASSERT_OK(stream->Write(text));
    ASSERT_OK(stream->Close());
  }

  Result<std::string> ReadFile(const std::string& name, int64_t offset = 0,
                               std::optional<int64_t> length = std::nullopt) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto stream, files_->Open(At(name), offset, length));
    return ReadAll(*stream, 1 << 20);
  }

  std::vector<std::string> Names() {
    std::vector<std::string> names;
    EXPECT_OK(files_->List(At(""), [&](const FileInfo& info) {
      names.push_back(info.uri.path.substr(folder_.size() + 1));
      return true;
    }));
    return names;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path().string();
  std::shared_ptr<FileSystem> files_ = MakeLocalFileSystem();
};

TEST_F(LocalFileSystemTest, ReadsBackWhatItWroteWholeAndByRange) {
  WriteFile("a/b/part-0", "0123456789");
  EXPECT_THAT(ReadFile("a/b/part-0"), HasValue("0123456789"));
  EXPECT_THAT(ReadFile("a/b/part-0", 7), HasValue("789"));
  EXPECT_THAT(ReadFile("a/b/part-0", 2, 3), HasValue("234"));
  ASSERT_OK_AND_ASSIGN(const FileInfo info, files_->Stat(At("a/b/part-0")));
  EXPECT_EQ(info.size, 10);
}

TEST_F(LocalFileSystemTest, AFileIsInvisibleUntilItIsClosed) {
  WriteFile("x", "old");
  ASSERT_OK_AND_ASSIGN(auto stream, files_->Create(At("x")));
  ASSERT_OK(stream->Write("new text"));
  EXPECT_THAT(ReadFile("x"), HasValue("old"));
  ASSERT_OK(stream->Close());
  EXPECT_THAT(ReadFile("x"), HasValue("new text"));
}

TEST_F(LocalFileSystemTest, AStreamDroppedBeforeCloseLeavesNothing) {
  ASSERT_OK_AND_ASSIGN(auto stream, files_->Create(At("x")));
  ASSERT_OK(stream->Write("lost"));
  stream.reset();
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(LocalFileSystemTest, ADetachedFileIsCommittedOrAborted) {
  ASSERT_OK_AND_ASSIGN(auto first, files_->Create(At("x")));
  ASSERT_OK(first->Write("kept"));
  ASSERT_OK_AND_ASSIGN(const PendingFile kept, first->Detach());
  first.reset();
  EXPECT_EQ(kept.size, 4);
  EXPECT_THAT(files_->Stat(At("x")).status(), IsError(ErrorKind::kNotFound, HasSubstr("/x")));
  ASSERT_OK(files_->Commit(kept));
  EXPECT_THAT(ReadFile("x"), HasValue("kept"));
  EXPECT_THAT(files_->Commit(kept), IsError(ErrorKind::kNotFound, HasSubstr("/x")));
  EXPECT_THAT(ReadFile("x"), HasValue("kept"));

  ASSERT_OK_AND_ASSIGN(auto second, files_->Create(At("y")));
  ASSERT_OK_AND_ASSIGN(const PendingFile dropped, second->Detach());
  ASSERT_OK(files_->Abort(dropped));
  ASSERT_OK(files_->Abort(dropped));
  EXPECT_THAT(Names(), ElementsAre("x"));
}

TEST_F(LocalFileSystemTest, ListsInByteOrderOfThePaths) {
  for (const char* name : {"b", "a/z", "a/_hidden", "a.txt", "a/sub/.crc", "c/x"}) WriteFile(name, "1");
  EXPECT_THAT(Names(), ElementsAre("a.txt", "a/_hidden", "a/sub/.crc", "a/z", "b", "c/x"));
  int seen = 0;
  ASSERT_OK(files_->List(At("a"), [&](const FileInfo&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

TEST_F(LocalFileSystemTest, NamesWhatDoesNotExist) {
  EXPECT_THAT(ReadFile("none").status(), IsError(ErrorKind::kNotFound, HasSubstr("/none")));
  EXPECT_THAT(ReadFile("").status(), IsError(ErrorKind::kNotFound, HasSubstr(folder_)));
  EXPECT_THAT(files_->List(At("none"), [](const FileInfo&) { return true; }),
              IsError(ErrorKind::kNotFound, HasSubstr("/none")));
  EXPECT_OK(files_->Delete(At("none")));
  EXPECT_THAT(files_->Create(At("folder/")).status(), IsError(ErrorKind::kInvalidArgument, HasSubstr("names no file")));
}

TEST_F(LocalFileSystemTest, AFullDiskIsAnErrorAndLeavesNothing) {
  // A file size limit fails writes in the middle, as a full disk does; the signal it also sends is ignored.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  const rlimit small{.rlim_cur = 4096, .rlim_max = old_limit.rlim_max};
  {
    ASSERT_OK_AND_ASSIGN(auto stream, files_->Create(At("big")));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const Status status = stream->Write(std::string(10'000, 'x'));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
    EXPECT_THAT(status, IsError(ErrorKind::kIo, HasSubstr("/big")));
  }
  std::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(LocalFileSystemTest, AFileThatIsDroppedTakesTheFoldersMadeForItAlong) {
  {
    ASSERT_OK_AND_ASSIGN(const auto dropped, files_->Create(At("a/b/one")));
    ASSERT_OK_AND_ASSIGN(const auto detached, files_->Create(At("a/b/two")));
    ASSERT_OK_AND_ASSIGN(const PendingFile pending, detached->Detach());
    EXPECT_THAT(files_->Abort(pending), IsOk());
    EXPECT_TRUE(std::filesystem::exists(At("a/b").path));  // The other file is in it.
  }
  EXPECT_FALSE(std::filesystem::exists(At("a").path));
  {
    ASSERT_OK_AND_ASSIGN(const auto kept, files_->Create(At("a/one")));
    ASSERT_THAT(kept->Close(), IsOk());
    ASSERT_OK_AND_ASSIGN(const auto dropped, files_->Create(At("a/b/two")));
  }
  EXPECT_FALSE(std::filesystem::exists(At("a/b").path));
  ASSERT_THAT(files_->Delete(At("a/one")), IsOk());
  static_cast<void>(files_->Create(At("a/three")));
  EXPECT_TRUE(std::filesystem::exists(At("a").path));  // It was there before.
}

TEST_F(LocalFileSystemTest, ReadAllStopsAtItsLimit) {
  WriteFile("x", std::string(1000, 'x'));
  for (const size_t limit : {999u, 1000u, 1001u}) {
    ASSERT_OK_AND_ASSIGN(const auto stream, files_->Open(At("x")));
    const auto bytes = ReadAll(*stream, limit);
    if (limit < 1000) {
      EXPECT_THAT(bytes.status(), IsError(ErrorKind::kResourceLimit, HasSubstr("999")));
    } else {
      EXPECT_THAT(bytes, HasValue(::testing::SizeIs(1000)));
    }
  }
}

TEST(FileSystemsTest, FindsByScheme) {
  FileSystems systems;
  EXPECT_OK(systems.For({.scheme = "file"}));
  EXPECT_THAT(systems.For({.scheme = "hdfs"}).status(),
              IsError(ErrorKind::kInvalidArgument, "No file system for the scheme \"hdfs\"; known are \"file\""));
  const auto other = MakeLocalFileSystem();
  systems.Register("s3", other);
  EXPECT_THAT(systems.For({.scheme = "s3"}), HasValue(other));
}

}  // namespace
}  // namespace sagespark::io
