#include "sagespark/base/archive/zip.h"

#include <cstdlib>

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::vector<ZipEntry> kEntries = {{"meta.json", "{}"}, {"params", std::string(300'000, 'w')}, {"empty", ""}};

class ZipTest : public testing::Test {
 protected:
  /// Runs a Python program in the folder.
  int Python(const std::string& program) {
    return std::system(("cd " + folder_.path().string() + " && python3 -c '" + program + "'").c_str());
  }

  TemporaryFolder folder_;
};

TEST_F(ZipTest, PythonReadsWhatWasWritten) {
  folder_.Write("model.zip", WriteZip(kEntries));
  ASSERT_EQ(Python("import zipfile; z = zipfile.ZipFile(\"model.zip\"); assert z.testzip() is None; "
                   "print(*z.namelist(), len(z.read(\"params\")), file=open(\"list\", \"w\"))"),
            0);
  EXPECT_EQ(folder_.Read("list"), "meta.json params empty 300000\n");
}

TEST_F(ZipTest, ReadsWhatPythonWroteStoredAndDeflated) {
  for (const std::string method : {"ZIP_STORED", "ZIP_DEFLATED"}) {
    SCOPED_TRACE(method);
    ASSERT_EQ(Python("import zipfile; z = zipfile.ZipFile(\"model.zip\", \"w\", zipfile." + method +
                     "); z.writestr(\"folder/\", \"\"); z.writestr(\"meta.json\", \"{}\"); "
                     "z.writestr(\"params\", \"w\" * 300000); z.writestr(\"empty\", \"\"); z.close()"),
              0);
    EXPECT_THAT(ReadZipFile(folder_ / "model.zip"), HasValue(kEntries));
  }
}

TEST(ReadZipTest, ReadsWhatWasWrittenAndTheSameFilesMakeTheSameBytes) {
  const std::string bytes = WriteZip(kEntries);
  EXPECT_EQ(WriteZip(kEntries), bytes);
  EXPECT_THAT(ReadZip(bytes), HasValue(kEntries));
}

TEST(ReadZipTest, RefusesEveryArchiveThatIsCut) {
  const std::string bytes = WriteZip({{"meta.json", "{}"}, {"params", "1234567890"}});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(ReadZip(bytes.substr(0, size)), IsError(ErrorKind::kCorruptData, HasSubstr("Cannot read a zip archive")))
        << size;
  }
}

TEST(ReadZipTest, RefusesWhatIsDamagedOrNoZip) {
  std::string damaged = WriteZip({{"params", "1234567890"}});
  damaged[damaged.find("12345")] = 'x';
  EXPECT_THAT(ReadZip(damaged), IsError(ErrorKind::kCorruptData, HasSubstr("CRC")));
  EXPECT_THAT(ReadZip("no zip at all, but long enough for one"), IsError(ErrorKind::kCorruptData, HasSubstr("zip")));
  EXPECT_THAT(ReadZip(WriteZip({{"a", "1"}, {"a", "2"}})), IsError(ErrorKind::kCorruptData, HasSubstr("twice: a")));
}

TEST(ReadZipTest, StopsAtTheLimits) {
  const std::string bytes = WriteZip({{"a", "12345"}, {"b", "12345"}});
  EXPECT_THAT(ReadZip(bytes, {.max_bytes = 9}), IsError(ErrorKind::kResourceLimit, HasSubstr("too large")));
  EXPECT_THAT(ReadZip(bytes, {.max_entries = 1}), IsError(ErrorKind::kResourceLimit, HasSubstr("too many")));
  EXPECT_OK(ReadZip(bytes, {.max_bytes = 10, .max_entries = 2}));
}

TEST_F(ZipTest, NamesTheFileThatIsAbsentOrBroken) {
  EXPECT_THAT(ReadZipFile(folder_ / "none.zip"), IsError(ErrorKind::kNotFound, HasSubstr("none.zip")));
  folder_.Write("torn.zip", "PK");
  EXPECT_THAT(ReadZipFile(folder_ / "torn.zip"), IsError(ErrorKind::kCorruptData, HasSubstr("torn.zip")));
}

TEST(ZipWriterTest, ReturnsTheErrorOfItsSink) {
  ZipWriter writer([](std::string_view) -> Status { return ResourceLimit("disk full"); });
  Status status = writer.Begin("params", 200'000);
  if (status.ok()) status = writer.Write(std::string(200'000, 'w'));
  EXPECT_THAT(status, IsError(ErrorKind::kResourceLimit, "disk full"));
}

TEST(ZipWriterTest, RefusesToFinishAnEntryThatIsShort) {
  ZipWriter writer([](std::string_view) { return Status::Ok(); });
  ASSERT_OK(writer.Begin("params", 3));
  ASSERT_OK(writer.Write("12"));
  EXPECT_THAT(writer.Finish(), IsError(ErrorKind::kInternal, "Zip entry is short of its size by 1"));
}

}  // namespace
}  // namespace sagespark::archive
