#include "sagespark/base/archive/tar_gz.h"

#include <cstdlib>

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TarGzTest : public testing::Test {
 protected:
  /// Runs a shell command in the folder.
  int Shell(const std::string& command) { return std::system(("cd " + folder_.path().string() + " && " + command).c_str()); }

  TemporaryFolder folder_;
};

TEST_F(TarGzTest, GnuTarReadsWhatWasPacked) {
  folder_.Write("in/model_algo-1", "weights");
  folder_.Write("in/code/run.sh", "go");
  ASSERT_OK(PackTarGz(folder_ / "in", folder_ / "m.tar.gz"));
  EXPECT_EQ(Shell("tar tzf m.tar.gz > list && mkdir out && tar xzf m.tar.gz -C out"), 0);
  EXPECT_EQ(folder_.Read("list"), "code/\ncode/run.sh\nmodel_algo-1\n");
  EXPECT_EQ(folder_.Read("out/model_algo-1"), "weights");
}

TEST_F(TarGzTest, UnpacksWhatGnuTarPacked) {
  folder_.Write("in/sub/file", std::string(200'000, 'x'));
  ASSERT_EQ(Shell("tar czf m.tar.gz -C in . && tar cf plain.tar -C in sub/file"), 0);
  ASSERT_OK(UnpackTarGz(folder_ / "m.tar.gz", folder_ / "out"));
  EXPECT_EQ(folder_.Read("out/sub/file"), std::string(200'000, 'x'));
  ASSERT_OK(UnpackTarGz(folder_ / "plain.tar", folder_ / "plain"));
  EXPECT_EQ(folder_.Read("plain/sub/file").size(), 200'000u);
}

TEST_F(TarGzTest, TheSameFilesMakeTheSameBytes) {
  folder_.Write("a/x", "1");
  ASSERT_OK(PackTarGz(folder_ / "a", folder_ / "1.tar.gz"));
  ASSERT_EQ(Shell("cp -r a b && touch -d 2001-01-01 b/x && chmod 600 b/x"), 0);
  ASSERT_OK(PackTarGz(folder_ / "b", folder_ / "2.tar.gz"));
  EXPECT_EQ(folder_.Read("1.tar.gz"), folder_.Read("2.tar.gz"));
}

TEST_F(TarGzTest, PacksAnEmptyFolder) {
  fs::create_directory(folder_ / "in");
  ASSERT_OK(PackTarGz(folder_ / "in", folder_ / "m.tar.gz"));
  EXPECT_OK(UnpackTarGz(folder_ / "m.tar.gz", folder_ / "out"));
  EXPECT_TRUE(fs::is_empty(folder_ / "out"));
}

TEST_F(TarGzTest, RefusesWhatWouldLeaveTheFolder) {
  folder_.Write("in/x", "evil");
  const struct { const char* name; const char* command; const char* message; } cases[] = {
      {"parent", "tar czf m.tar.gz --transform 's,^x,../x,' -P -C in x", "outside of the folder"},
      {"absolute", "tar czf m.tar.gz --transform 's,^x,/tmp/x,' -P -C in x", "outside of the folder"},
      {"symbolic link", "ln -sf /etc in/link && tar czf m.tar.gz -C in link", "neither file nor folder"},
      {"hard link", "ln -f in/x in/y && tar czf m.tar.gz -C in x y", "neither file nor folder"},
      {"twice", "tar cf m.tar -C in x && tar rf m.tar -C in x && gzip -f m.tar", "twice"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    ASSERT_EQ(Shell(test_case.command), 0);
    fs::remove_all(folder_ / "out");
    EXPECT_THAT(UnpackTarGz(folder_ / "m.tar.gz", folder_ / "out"), IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

TEST_F(TarGzTest, RefusesWhatIsNoArchiveOrCut) {
  folder_.Write("text", "hello, this is no archive");
  EXPECT_THAT(UnpackTarGz(folder_ / "text", folder_ / "out"), IsError(ErrorKind::kCorruptData, HasSubstr("Cannot unpack text")));
  ASSERT_EQ(Shell("head -c 300000 /dev/urandom > r && tar czf m.tar.gz r && head -c 100000 m.tar.gz > cut.tar.gz"), 0);
  EXPECT_THAT(UnpackTarGz(folder_ / "cut.tar.gz", folder_ / "out"), IsError(ErrorKind::kCorruptData, HasSubstr("cut.tar.gz")));
  EXPECT_THAT(UnpackTarGz(folder_ / "none", folder_ / "out"), IsError(ErrorKind::kNotFound, HasSubstr("none")));
  EXPECT_THAT(PackTarGz(folder_ / "none", folder_ / "m"), IsError(ErrorKind::kNotFound, HasSubstr("none")));
}

TEST_F(TarGzTest, StopsAtItsLimits) {
  ASSERT_EQ(Shell("head -c 1000000 /dev/zero > zeros && tar czf m.tar.gz zeros"), 0);
  EXPECT_THAT(UnpackTarGz(folder_ / "m.tar.gz", folder_ / "out", {.max_bytes = 999'999}), IsError(ErrorKind::kResourceLimit, HasSubstr("too large")));
  fs::remove_all(folder_ / "out");
  EXPECT_OK(UnpackTarGz(folder_ / "m.tar.gz", folder_ / "out", {.max_bytes = 1'000'000, .max_entries = 1}));
  EXPECT_THAT(UnpackTarGz(folder_ / "m.tar.gz", folder_ / "none", {.max_entries = 0}),
              IsError(ErrorKind::kResourceLimit, HasSubstr("too many entries")));
}

}  // namespace
}  // namespace sagespark::archive
