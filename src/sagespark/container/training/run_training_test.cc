#include "sagespark/container/training/run_training.h"

#include <functional>
#include <sstream>

#include "sagespark/testing/temporary_folder.h"
#include "sagespark/container/training/training_context.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// An algorithm that does what the test says.
class ScriptedAlgorithm final : public Algorithm {
 public:
  explicit ScriptedAlgorithm(std::function<Status(TrainingContext&)> train) : train_(std::move(train)) {}

  std::string_view name() const override { return "scripted"; }
  std::string_view metrics_name() const override { return "AWS/Scripted"; }
  Hyperparameters default_hyperparameters() const override { return {{"epochs", "1"}, {"rate", "auto"}}; }
  Status Train(TrainingContext& context) const override { return train_(context); }
  Result<std::unique_ptr<Predictor>> LoadModel(const std::filesystem::path&) const override {
    return Unimplemented("No models");
  }

 private:
  std::function<Status(TrainingContext&)> train_;
};

class RunTrainingTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_.Write("input/config/hyperparameters.json", R"({"k": "3", "rate": "0.5"})");
    directory_.Write("input/config/inputdataconfig.json", R"({"train": {}})");
  }

  int Run(std::function<Status(TrainingContext&)> train) {
    return RunTraining(ScriptedAlgorithm(std::move(train)), {.root = directory_.path()}, out_, source_.token());
  }
  std::string Failure() const { return ReadFile(directory_.path() / "output/failure"); }

  TemporaryFolder directory_;
  CancellationSource source_;
  std::ostringstream out_;
};

TEST_F(RunTrainingTest, GivesTheAlgorithmItsConfigurationAndWritesItsModel) {
  const int exit_code = Run([](TrainingContext& context) {
    EXPECT_EQ(context.hyperparameters().at("rate"), "0.5");
    EXPECT_EQ(context.hyperparameters().at("epochs"), "1");
    EXPECT_TRUE(context.HasChannel("train"));
    EXPECT_FALSE(context.HasChannel("test"));
    return context.WriteModel("model_algo-1", "bytes");
  });
  EXPECT_EQ(exit_code, kTrainingCompleted);
  EXPECT_EQ(ReadFile(directory_.path() / "model/model_algo-1"), "bytes");
  EXPECT_THAT(Failure(), IsEmpty());
  EXPECT_THAT(out_.str(), testing::StartsWith("Docker entrypoint called with argument(s): train\n"
                                              "Running default environment configuration script\n["));
  EXPECT_THAT(out_.str(), HasSubstr("Reading default configuration from scripted: {'epochs': '1', 'rate': 'auto'}"));
  EXPECT_THAT(out_.str(), ContainsRegex("Merging with provided configuration from .*/input/config/hyperparameters.json: "
                                        ".'k': '3', 'rate': '0.5'."));
  EXPECT_THAT(out_.str(), HasSubstr("Final configuration: {'epochs': '1', 'rate': '0.5', 'k': '3'}"));
  EXPECT_THAT(out_.str(), HasSubstr("\"totaltime\""));
}

TEST_F(RunTrainingTest, SaysWhyItFailedInTheFailureFileAndTheLog) {
  EXPECT_EQ(Run([](TrainingContext&) { return InvalidArgument("Hyperparameter is bad: k"); }), kTrainingFailed);
  EXPECT_EQ(Failure(), "ClientError: Hyperparameter is bad: k");
  EXPECT_THAT(out_.str(), HasSubstr("Customer Error: Hyperparameter is bad: k\n"));
}

TEST_F(RunTrainingTest, TellsADefectFromTheJobOwnersErrors) {
  EXPECT_EQ(Run([](TrainingContext&) { return InternalError("Oops"); }), kTrainingFailed);
  EXPECT_EQ(Failure(), "AlgorithmError: Oops");
}

TEST_F(RunTrainingTest, FailsOnABrokenConfigurationBeforeTraining) {
  directory_.Write("input/config/hyperparameters.json", "{");
  EXPECT_EQ(Run([](TrainingContext&) { return InternalError("Must not train"); }), kTrainingFailed);
  EXPECT_THAT(Failure(), ContainsRegex("^ClientError: .*hyperparameters.json"));
}

TEST_F(RunTrainingTest, RefusesSeveralHostsByName) {
  directory_.Write("input/config/resourceconfig.json", R"({"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})");
  EXPECT_EQ(Run([](TrainingContext&) { return InternalError("Must not train"); }), kTrainingFailed);
  EXPECT_EQ(Failure(),
            "ClientError: Training on more than one host is not offered: scripted has 2 hosts; set InstanceCount to 1");
}

TEST_F(RunTrainingTest, LeavesNoFailureWhenItIsStopped) {
  const int exit_code = Run([this](TrainingContext& context) {
    source_.Cancel();
    return context.cancellation().Check();
  });
  EXPECT_EQ(exit_code, kTrainingStopped);
  EXPECT_THAT(Failure(), IsEmpty());
  EXPECT_THAT(out_.str(), testing::EndsWith("Training was stopped\n"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("ERROR")));
}

TEST_F(RunTrainingTest, NamesAChannelThatTheJobLacks) {
  EXPECT_EQ(Run([](TrainingContext& context) { return context.OpenChannel("validation").status(); }), kTrainingFailed);
  EXPECT_EQ(Failure(), "ClientError: Required channel is missing: \"validation\"; the job has train");
}

}  // namespace
}  // namespace sagespark::container
