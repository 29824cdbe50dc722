#include "sagespark/server/s3/file_remover.h"

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::server {
namespace {

TEST(FileRemoverTest, RemovesSmallFilesAtOnceAndLargeOnesUntilItsEnd) {
  const TemporaryFolder folder;
  const auto small = folder.Write("small", "x");
  const auto large = folder.Write("large", "x"), larger = folder.Write("larger", "x");
  {
    FileRemover remover;
    remover.Remove(large, 4 << 20);
    remover.Remove(larger, 1 << 30);
    remover.Remove(small, 1);
    EXPECT_FALSE(std::filesystem::exists(small));
  }
  EXPECT_FALSE(std::filesystem::exists(large));
  EXPECT_FALSE(std::filesystem::exists(larger));
}

}  // namespace
}  // namespace sagespark::server
