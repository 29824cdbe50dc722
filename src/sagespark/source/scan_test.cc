#include "sagespark/source/scan.h"

#include <filesystem>
#include <fstream>

#include "sagespark/source/path_pattern.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

io::FileInfo File(const std::string& path, int64_t size) { return {.uri = {.scheme = "file", .path = path}, .size = size}; }

std::vector<int64_t> SizesOf(const std::vector<std::vector<FileSplit>>& partitions) {
  std::vector<int64_t> sizes;
  for (const auto& partition : partitions) {
    int64_t size = 0;
    for (const FileSplit& split : partition) size += split.length;
    sizes.push_back(size);
  }
  return sizes;
}

constexpr int64_t kMiB = 1 << 20;

TEST(MakePartitionsTest, CutsOneFileForTheCores) {
  // By hand: (60 + 4) / 2 cores = 32 MiB a partition.
  EXPECT_THAT(SizesOf(MakePartitions({File("a", 60 * kMiB)}, true, {.parallelism = 2})),
              ElementsAre(32 * kMiB, 28 * kMiB));
}

TEST(MakePartitionsTest, CutsLargeFilesAtTheMostBytes) {
  EXPECT_THAT(SizesOf(MakePartitions({File("a", 300 * kMiB)}, true, {.parallelism = 1})),
              ElementsAre(128 * kMiB, 128 * kMiB, 44 * kMiB));
}

TEST(MakePartitionsTest, LeavesFilesWholeThatCannotBeCut) {
  EXPECT_THAT(SizesOf(MakePartitions({File("a", 300 * kMiB)}, false, {.parallelism = 4})), ElementsAre(300 * kMiB));
}

TEST(MakePartitionsTest, PacksSmallFilesLargestFirstWithTheCostOfOpening) {
  // By hand: (1 + 2 + 3 + 3 * 4) / 1 = 18 MiB; 3 + 4, 2 + 4, 1 fit into it.
  EXPECT_THAT(SizesOf(MakePartitions({File("a", kMiB), File("b", 2 * kMiB), File("c", 3 * kMiB)}, true, {.parallelism = 1})),
              ElementsAre(6 * kMiB));
  // (3 * 1 + 3 * 4) / 3 = 5 MiB: one and its opening fill a partition.
  EXPECT_THAT(SizesOf(MakePartitions({File("a", kMiB), File("b", kMiB), File("c", kMiB)}, true, {.parallelism = 3})),
              ElementsAre(kMiB, kMiB, kMiB));
}

TEST(MakePartitionsTest, GivesOneEmptyPartitionForNoFiles) {
  EXPECT_THAT(MakePartitions({}, true, {}), ElementsAre(SizeIs(0)));
}

TEST(PathPatternTest, MatchesPartByPart) {
  EXPECT_FALSE(PathPattern::HasWildcard("/a/b"));
  const PathPattern pattern("/data/{train,test}/part-[0-4]*.txt");
  EXPECT_EQ(pattern.base(), "/data");
  EXPECT_EQ(pattern.MatchedParts("/data/train/part-01.txt"), 4u);
  EXPECT_EQ(pattern.MatchedParts("/data/test/part-4.txt/below"), 4u);
  EXPECT_EQ(pattern.MatchedParts("/data/valid/part-01.txt"), 0u);
  EXPECT_EQ(pattern.MatchedParts("/data/train/part-5.txt"), 0u);
  EXPECT_EQ(PathPattern("*.csv").base(), "");
  EXPECT_EQ(PathPattern("/*.csv").base(), "/");
  EXPECT_EQ(PathPattern("/x/*").MatchedParts("/x/_temporary"), 0u);
  EXPECT_EQ(PathPattern("/x/_t*").MatchedParts("/x/_temporary"), 3u);
}

TEST(ListFilesTest, AGlobEntersOnlyFoldersThatCanMatch) {
  const TemporaryFolder folder;
  const std::filesystem::path& root = folder.path();
  for (const char* year : {"2024", "2025", "old"}) {
    folder.Write(std::string(year) + "/may/rows.csv", "1\n");
  }
  // A link that leads back up would be entered without end, and is an error.
  std::filesystem::create_directory_symlink(root, root / "old" / "may" / "loop");
  io::FileSystems file_systems;
  ASSERT_OK_AND_ASSIGN(const auto files, ListFiles(file_systems, {(root / "20*" / "*" / "*.csv").string()}));
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].uri.path, (root / "2024" / "may" / "rows.csv").string());
  EXPECT_EQ(files[1].uri.path, (root / "2025" / "may" / "rows.csv").string());
  EXPECT_THAT(ListFiles(file_systems, {(root / "*" / "*").string()}), 
              IsError(ErrorKind::kIo, HasSubstr("Folder cannot be listed")));
}

TEST(ListFilesTest, NamesAPathThatDoesNotExist) {
  EXPECT_THAT(ListFiles(io::FileSystems(), {"/no/such/path"}),
              IsError(ErrorKind::kNotFound, "[PATH_NOT_FOUND] Path does not exist: file:/no/such/path. SQLSTATE: 42K03"));
}

TEST(FormatTest, RejectsOptionsThatDoNotParse) {
  for (const char* number : {"0", "-1", "x", "3000000000", "1.5", ""}) {
    EXPECT_THAT(MakeFormatReader("libsvm", {{"NUMFEATURES", number}}),
                IsError(ErrorKind::kInvalidArgument, HasSubstr("numFeatures is \"" + std::string(number) + "\"")));
  }
  EXPECT_THAT(MakeFormatReader("LibSVM", {{"vectorType", "full"}}), IsError(ErrorKind::kInvalidArgument, HasSubstr("`full`")));
  EXPECT_OK(MakeFormatReader("org.apache.spark.ml.source.libsvm", {{"vectortype", "dense"}}));
  EXPECT_THAT(MakeFormatWriter("json", {}), IsError(ErrorKind::kInvalidArgument, HasSubstr("json")));
}

}  // namespace
}  // namespace sagespark::source
