#include "sagespark/server/jobs/own_images.h"

#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class OwnImagesTest : public ::testing::Test {
 protected:
  fs::path Write(const std::string& name, const std::string& text, bool executable = false) {
    const fs::path path = temporary_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    if (executable) fs::permissions(path, fs::perms::owner_all);
    return path;
  }

  TemporaryFolder temporary_;
};

TEST_F(OwnImagesTest, ACommandLineIsSplitAsAShellDoes) {
  ASSERT_OK_AND_ASSIGN(const OwnImage image, ParseOwnImage("r.io/x:1=sh -c 'a  b' \"c'd\" e\\ f ''", temporary_.path()));
  EXPECT_EQ(image.uri, "r.io/x:1");
  EXPECT_EQ(image.program.form, ContainerForm::kCommand);
  EXPECT_TRUE(image.program.command[0].ends_with("/sh") && image.program.command[0].starts_with("/"));
  EXPECT_THAT(std::vector<std::string>(image.program.command.begin() + 1, image.program.command.end()),
              ElementsAre("-c", "a  b", "c'd", "e f", ""));
  EXPECT_EQ(image.program.working_directory, temporary_.path());
}

TEST_F(OwnImagesTest, ExecutablesArePathsFromTheFolderOrNamesInPath) {
  const fs::path program = Write("bin/run", "#!/bin/sh\n", true);
  ASSERT_OK_AND_ASSIGN(const OwnImage image, ParseOwnImage("x=bin/run", temporary_.path()));
  EXPECT_EQ(image.program.command[0], program);
  EXPECT_THAT(ParseOwnImage("x=bin/none", temporary_.path()), IsError(ErrorKind::kNotFound, HasSubstr("Image x: No executable file is there")));
  EXPECT_THAT(ParseOwnImage("x=no-such-program-here", temporary_.path()), IsError(ErrorKind::kNotFound, HasSubstr("no-such-program-here")));
}

TEST_F(OwnImagesTest, AFolderNeedsTrainOrServe) {
  Write("good/serve", "#!/bin/sh\n", true);
  Write("bad/serve", "not executable");
  ASSERT_OK_AND_ASSIGN(const OwnImage image, ParseOwnImage("x=good", temporary_.path()));
  EXPECT_EQ(image.program.form, ContainerForm::kFolder);
  EXPECT_THAT(image.program.command, ElementsAre((temporary_ / "good").string()));
  EXPECT_THAT(ParseOwnImage("x=bad", temporary_.path()), IsError(ErrorKind::kNotFound, HasSubstr("no executable file train or serve")));
}

TEST_F(OwnImagesTest, RefusesWhatIsNoMapping) {
  for (const char* text : {"", "x", "=sh", "x=", "x=sh 'a"}) {
    EXPECT_THAT(ParseOwnImage(text, temporary_.path()), IsError(ErrorKind::kInvalidArgument, ::testing::_)) << text;
  }
}

TEST_F(OwnImagesTest, ReadsAFileOfImages) {
  Write("f/mine/train", "#!/bin/sh\n", true);
  const fs::path file = Write("f/images.json", R"({"images": [
      {"image": "a", "command": ["sh", "-c", "x"], "environment": {"A": "1"}, "max_instances": 2}, {"image": "b", "folder": "mine"}]})");
  ASSERT_OK_AND_ASSIGN(const auto images, ReadImagesFile(file));
  ASSERT_EQ(images.size(), 2u);
  EXPECT_THAT(images[0].program.environment, ElementsAre(Pair("A", "1")));
  EXPECT_EQ(images[0].program.max_training_hosts, 2);
  EXPECT_EQ(images[0].program.working_directory, temporary_ / "f");
  EXPECT_THAT(images[1].program.command, ElementsAre((temporary_ / "f/mine").string()));
}

TEST_F(OwnImagesTest, ABadFileIsNamedWithWhatIsWrong) {
  const struct { const char* text; const char* message; } cases[] = {
      {"{", "JSON"},
      {"{}", "no list \"images\""},
      {R"({"images": [{"image": "a"}]})", "Exactly one of command and folder is wanted: a"},
      {R"({"images": [{"image": "a", "command": ["sh"], "folder": "x"}]})", "Exactly one of command and folder is wanted: a"},
      {R"({"images": [{"image": "a", "command": "sh"}]})", "no list of texts: command"},
      {R"({"images": [{"image": "a", "command": ["sh"], "max_instances": 0}]})", "max_instances must be at least 1: a"},
      {R"({"images": [{"image": "a", "comand": ["sh"]}]})", "Unknown member of an image: comand"},
  };
  for (const auto& test_case : cases) {
    const auto images = ReadImagesFile(Write("images.json", test_case.text));
    ASSERT_FALSE(images.ok()) << test_case.text;
    EXPECT_THAT(images.error().message(), ::testing::AllOf(HasSubstr("images.json"), HasSubstr(test_case.message)));
  }
  EXPECT_THAT(ReadImagesFile(temporary_ / "none"), IsError(ErrorKind::kNotFound, HasSubstr("none")));
}

}  // namespace
}  // namespace sagespark::server
