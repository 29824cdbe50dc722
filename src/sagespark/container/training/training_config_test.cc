#include "sagespark/container/training/training_config.h"

#include <fstream>

#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class TrainingConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    Write("hyperparameters.json", R"({"k": "10", "feature_dim": "784"})");
    Write("inputdataconfig.json", R"({"train": {"TrainingInputMode": "File"}})");
  }

  void Write(const std::string& name, const std::string& text) { directory_.Write("input/config/" + name, text); }

  TemporaryFolder directory_;
  ContainerPaths paths_{.root = directory_.path()};
};

TEST_F(TrainingConfigTest, ReadsTheThreeFiles) {
  Write("inputdataconfig.json",
        R"({"train": {"ContentType": "text/csv;label_size=1", "TrainingInputMode": "FastFile"},
            "test": {"TrainingInputMode": "Pipe", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}})");
  Write("resourceconfig.json", R"({"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]})");
  ASSERT_OK_AND_ASSIGN(const TrainingConfig config, ReadTrainingConfig(paths_));
  EXPECT_THAT(config.hyperparameters, ElementsAre(Pair("feature_dim", "784"), Pair("k", "10")));
  ASSERT_NE(config.FindChannel("train"), nullptr);
  EXPECT_EQ(config.FindChannel("train")->content_type.type, kCsv);
  EXPECT_EQ(config.FindChannel("train")->input_mode, InputMode::kFile);
  ASSERT_NE(config.FindChannel("test"), nullptr);
  EXPECT_EQ(config.FindChannel("test")->content_type.type, kRecordIoProtobuf);
  EXPECT_EQ(config.FindChannel("test")->input_mode, InputMode::kPipe);
  EXPECT_EQ(config.FindChannel("validation"), nullptr);
  EXPECT_EQ(config.resources.current_host, "algo-2");
  EXPECT_THAT(config.resources.hosts, ElementsAre("algo-1", "algo-2"));
}

TEST_F(TrainingConfigTest, OneHostWithoutAResourceConfiguration) {
  ASSERT_OK_AND_ASSIGN(const TrainingConfig config, ReadTrainingConfig(paths_));
  EXPECT_THAT(config.resources.hosts, ElementsAre("algo-1"));
}

TEST_F(TrainingConfigTest, NamesTheFileThatIsMissingOrBroken) {
  std::filesystem::remove(paths_.input_data_config());
  EXPECT_THAT(ReadTrainingConfig(paths_), IsError(ErrorKind::kNotFound, AllOf(HasSubstr("Configuration file is missing"),
                                                                             HasSubstr("inputdataconfig.json"))));
  Write("hyperparameters.json", "{");
  EXPECT_THAT(ReadTrainingConfig(paths_), IsError(ErrorKind::kCorruptData, HasSubstr("hyperparameters.json")));
  Write("hyperparameters.json", "[]");
  EXPECT_THAT(ReadTrainingConfig(paths_), IsError(ErrorKind::kCorruptData, HasSubstr("no JSON object")));
}

TEST_F(TrainingConfigTest, RefusesWhatItDoesNotOffer) {
  Write("inputdataconfig.json", R"({"train": {"CompressionType": "Gzip"}})");
  EXPECT_THAT(ReadTrainingConfig(paths_), IsError(ErrorKind::kUnimplemented, HasSubstr("CompressionType Gzip")));
  Write("inputdataconfig.json", R"({"train": {"TrainingInputMode": "Teleport"}})");
  EXPECT_THAT(ReadTrainingConfig(paths_), IsError(ErrorKind::kInvalidArgument, HasSubstr("\"Teleport\"")));
}

TEST(MergeHyperparametersTest, KeepsTheOrderOfTheDefaults) {
  EXPECT_THAT(MergeHyperparameters({{"epochs", "1"}, {"force_dense", "true"}}, {{"force_dense", "True"}, {"k", "8"}}),
              ElementsAre(Pair("epochs", "1"), Pair("force_dense", "True"), Pair("k", "8")));
}

}  // namespace
}  // namespace sagespark::container
