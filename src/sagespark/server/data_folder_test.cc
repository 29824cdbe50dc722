#include "sagespark/server/data_folder.h"

#include <sys/stat.h>

#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class DataFolderTest : public ::testing::Test {
 protected:
  static mode_t ModeOf(const fs::path& path) {
    struct stat status {};
    stat(path.c_str(), &status);
    return status.st_mode & 0777;
  }

  void Write(const std::string& name, const std::string& text) { std::ofstream(path_ / name, std::ios::trunc) << text; }

  TemporaryFolder temporary_;
  const fs::path path_ = temporary_ / "deep/data";
};

TEST_F(DataFolderTest, MakesWhatIsMissingReadableByItsUserOnly) {
  ASSERT_OK_AND_ASSIGN(const DataFolder folder, DataFolder::OpenForServer(path_));
  EXPECT_EQ(ModeOf(path_), 0700u);
  EXPECT_EQ(ModeOf(path_ / "credentials"), 0600u);
  EXPECT_THAT(folder.credentials().access_key_id, MatchesRegex("AKIA[A-Z2-7]{16}"));
  EXPECT_EQ(folder.credentials().secret_access_key.size(), 40u);
  EXPECT_EQ(folder.account_id().size(), 12u);
}

TEST_F(DataFolderTest, KeepsItsCredentialsAndTwoFoldersHaveOthers) {
  const std::string secret = DataFolder::OpenForServer(path_)->credentials().secret_access_key;
  EXPECT_EQ(DataFolder::OpenForServer(path_)->credentials().secret_access_key, secret);
  EXPECT_EQ(DataFolder::OpenForClient(path_)->credentials().secret_access_key, secret);
  EXPECT_NE(DataFolder::OpenForServer(temporary_ / "other")->credentials().secret_access_key, secret);
}

TEST_F(DataFolderTest, OneServerAtATime) {
  {
    ASSERT_OK_AND_ASSIGN(const DataFolder first, DataFolder::OpenForServer(path_));
    EXPECT_THAT(DataFolder::OpenForServer(path_), IsError(ErrorKind::kConflict, HasSubstr("Another sagespark server uses this data folder")));
  }
  EXPECT_THAT(DataFolder::OpenForServer(path_), IsOk());
}

TEST_F(DataFolderTest, TheAddressIsThereWhileTheServerRuns) {
  const auto not_running = IsError(ErrorKind::kUnavailable, HasSubstr("No sagespark server runs"));
  {
    ASSERT_OK_AND_ASSIGN(DataFolder server, DataFolder::OpenForServer(path_));
    ASSERT_OK_AND_ASSIGN(const DataFolder client, DataFolder::OpenForClient(path_));
    EXPECT_THAT(client.ReadAddress(), not_running);
    ASSERT_OK(server.PublishAddress("http://127.0.0.1:1"));
    EXPECT_THAT(client.ReadAddress(), HasValue("http://127.0.0.1:1"));
    EXPECT_THAT(client.ReadS3Endpoint(), HasValue(""));
    ASSERT_OK(server.PublishAddress("http://127.0.0.1:1", "https://s3.example.com"));
    EXPECT_THAT(client.ReadAddress(), HasValue("http://127.0.0.1:1"));
    EXPECT_THAT(client.ReadS3Endpoint(), HasValue("https://s3.example.com"));
  }
  EXPECT_FALSE(fs::exists(path_ / "address"));
  Write("address", "http://127.0.0.1:2\n");  // As a killed server leaves it.
  EXPECT_THAT(DataFolder::OpenForClient(path_)->ReadAddress(), not_running);
}

TEST_F(DataFolderTest, RefusesAnotherFormatAndDamagedFilesByName) {
  EXPECT_THAT(DataFolder::OpenForClient(path_), IsError(ErrorKind::kNotFound, HasSubstr("No sagespark data folder")));
  ASSERT_OK(DataFolder::OpenForServer(path_));
  Write("credentials", "{");
  EXPECT_THAT(DataFolder::OpenForServer(path_), IsError(ErrorKind::kCorruptData, HasSubstr("credentials")));
  Write("credentials", "{}");
  EXPECT_THAT(DataFolder::OpenForClient(path_), IsError(ErrorKind::kInvalidArgument, HasSubstr("access_key_id")));
  Write("format", "sagespark data folder 2\n");
  EXPECT_THAT(DataFolder::OpenForServer(path_), IsError(ErrorKind::kCorruptData, HasSubstr("says sagespark data folder 2")));
}

}  // namespace
}  // namespace sagespark::server
