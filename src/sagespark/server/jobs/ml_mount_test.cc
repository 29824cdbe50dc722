#include "sagespark/server/jobs/ml_mount.h"

#include <filesystem>

#include "sagespark/server/jobs/container_process.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

class MlMountTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(temporary_ / "root/opt/ml"); }

  /// What `sh -c script` prints as the image's program.
  std::string Run(const std::string& script, bool mounts) {
    const ContainerProgram program{.command = {"/bin/sh", "-c", script}, .form = ContainerForm::kCommand, .mounts_ml = mounts};
    const auto process = StartContainer(program, "train", (temporary_ / "root").string(), {});
    EXPECT_THAT(process, IsOk());
    const Wakeup never;
    std::string output;
    while ((*process)->WaitForEvent(never, {}, output) == ProcessEvent::kOutput) {
    }
    (*process)->Wait();
    return output;
  }

  TemporaryFolder temporary_;
};

TEST_F(MlMountTest, AnImageFindsItsFilesAtOptMl) {
  if (!MountsAreAllowed(temporary_.path())) GTEST_SKIP() << "This machine allows no mount namespaces";
  std::ofstream(temporary_ / "root/opt/ml/in") << "input";
  EXPECT_EQ(Run("cat /opt/ml/in; echo; echo $SAGESPARK_ML_ROOT; id -u; echo out > /opt/ml/out", true),
            "input\n/opt/ml\n" + std::to_string(geteuid()) + "\n");
  EXPECT_EQ(ReadFile(temporary_ / "root/opt/ml/out"), "out\n");
}

TEST_F(MlMountTest, TheRestOfOptAndOtherProcessesSeeNoChange) {
  if (!MountsAreAllowed(temporary_.path())) GTEST_SKIP() << "This machine allows no mount namespaces";
  const bool was_there = fs::exists(kMlFolder);
  EXPECT_EQ(Run("ls -U /opt | grep -vx ml | LC_ALL=C sort", true), Run("ls -U /opt | grep -vx ml | LC_ALL=C sort", false));
  EXPECT_EQ(fs::exists(kMlFolder), was_there);
}

TEST_F(MlMountTest, WithoutAMountTheVariableNamesTheFolder) {
  EXPECT_EQ(Run("echo $SAGESPARK_ML_ROOT", false), (temporary_ / "root/opt/ml").string() + "\n");
}

}  // namespace
}  // namespace sagespark::server
