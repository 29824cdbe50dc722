#include <regex>
#include <sstream>

#include "sagespark/algo/xgboost/testing/golden_rows.h"
#include "sagespark/base/json/value.h"
#include "sagespark/codec/record_encoder.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/container/training/run_training.h"
#include "sagespark/container/xgboost/selected_output.h"
#include "sagespark/container/xgboost/xgboost_algorithm.h"
#include "sagespark/container/xgboost/xgboost_answerer.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// The goldens' rows as text.
std::string GoldenCsv(bool with_labels) {
  const algo::XGBoostRows rows = algo::GoldenRows();
  std::ostringstream text;
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    if (with_labels) text << rows.labels[static_cast<size_t>(row)];
    for (int64_t column = 0; column < rows.num_columns; ++column) {
      const float value = rows.values[static_cast<size_t>(row * rows.num_columns + column)];
      if (with_labels || column > 0) text << ',';
      if (value == value) text << value;
    }
    text << '\n';
  }
  return text.str();
}

std::string GoldenLibSvm(bool with_labels) {
  const algo::XGBoostRows rows = algo::GoldenRows();
  std::ostringstream text;
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    if (with_labels) text << rows.labels[static_cast<size_t>(row)];
    for (int64_t column = 0; column < rows.num_columns; ++column) {
      const float value = rows.values[static_cast<size_t>(row * rows.num_columns + column)];
      if (value == value) text << ' ' << column << ':' << value;
    }
    text << '\n';
  }
  return text.str();
}

class XGBoostContainerTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_.Write("input/data/train/part-0", GoldenLibSvm(true));
    Configure(R"({"num_round": "4", "eta": "0.5", "nthread": "1"})", R"({"train": {}})");
  }

  void Configure(std::string_view hyperparameters, std::string_view channels) const {
    directory_.Write("input/config/hyperparameters.json", hyperparameters);
    directory_.Write("input/config/inputdataconfig.json", channels);
  }

  int Train(const CancellationToken& token = {}) {
    log_.str("");
    return RunTraining(XGBoostAlgorithm(), {.root = directory_.path()}, log_, token);
  }

  std::string Failure() const { return ReadFile(directory_.path() / "output/failure"); }
  std::string Model() const { return ReadFile(directory_.path() / "model/xgboost-model"); }

  InvocationAnswer Invoke(std::string_view type, std::string_view body, std::string_view accept = "",
                          XGBoostServingOptions options = {}) const {
    const auto answerer = XGBoostAnswerer::Load(directory_.path() / "model", std::move(options));
    if (!answerer.ok()) return {.status = 500, .body = answerer.error().message()};
    return (*answerer)->Answer({.content_type = type, .accept = accept, .body = body});
  }

  /// Puts a golden model in the model folder.
  void Serve(const std::string& golden) const { directory_.Write("model/xgboost-model", algo::ReadGolden(golden)); }

  TemporaryFolder directory_;
  std::ostringstream log_;
};

std::vector<float> Numbers(const std::string& lines) {
  std::vector<float> numbers;
  std::istringstream text(lines);
  for (std::string word; std::getline(text, word);) numbers.push_back(std::stof(word));
  return numbers;
}

TEST_F(XGBoostContainerTest, TrainsFromLibSvmAndPredictsAsThePythonPackage) {
  EXPECT_EQ(Train(), 0) << log_.str();
  const InvocationAnswer answer = Invoke("text/libsvm", GoldenLibSvm(false));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.content_type, "text/csv");
  EXPECT_EQ(Numbers(answer.body), algo::GoldenCases()[0].predictions);
  EXPECT_EQ(Invoke("text/x-libsvm", GoldenLibSvm(true)).body, answer.body);
  EXPECT_EQ(Invoke("text/csv", GoldenCsv(false)).body, answer.body);
}

TEST_F(XGBoostContainerTest, TrainsTheSameModelFromCsv) {
  EXPECT_EQ(Train(), 0) << log_.str();
  const std::string model = Model();
  for (const char* type : {"text/csv", "csv", "text/csv; label_size=1"}) {
    directory_.Write("input/data/train/part-0", GoldenCsv(true));
    Configure(R"({"num_round": "4", "eta": "0.5", "nthread": "1"})",
              std::string(R"({"train": {"ContentType": ")") + type + "\"}}");
    EXPECT_EQ(Train(), 0) << log_.str();
    EXPECT_TRUE(Model() == model) << type;
  }
}

TEST_F(XGBoostContainerTest, LogsEachRoundInTheFormThatMetricsAreFoundBy) {
  directory_.Write("input/data/validation/part-0", GoldenLibSvm(true));
  Configure(R"({"num_round ": "3", "silent": "0", "eval_metric": "mae,rmse"})", R"({"train": {}, "validation": {}})");
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_THAT(log_.str(), AllOf(HasSubstr("\"num_round \" is taken as \"num_round\""), HasSubstr("left aside: silent"),
                                HasSubstr("Train matrix has 60 rows and 5 columns\n"), HasSubstr("Validation matrix has 60 rows")));
  EXPECT_THAT(log_.str(), ContainsRegex("\n\\[2\\]#011train-mae:0\\.[0-9]{5}#011train-rmse:0\\.[0-9]{5}"
                                        "#011validation-mae:0\\.[0-9]{5}#011validation-rmse:0\\.[0-9]{5}\n"));
}

TEST_F(XGBoostContainerTest, WeightsOfCsvChangeTheModel) {
  directory_.Write("input/data/train/part-0", "1,1,5\n0,1,4\n1,9,3\n0,1,2\n");
  const std::string channels = R"({"train": {"ContentType": "text/csv"}})";
  Configure(R"({"num_round": "2", "csv_weights": "1"})", channels);
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_THAT(log_.str(), HasSubstr("4 rows and 1 columns"));
  Configure(R"({"num_round": "2"})", channels);
  EXPECT_EQ(Train(), 0);
  EXPECT_THAT(log_.str(), HasSubstr("4 rows and 2 columns"));
}

TEST_F(XGBoostContainerTest, StopsEarlyOnTheValidationChannel) {
  directory_.Write("input/data/validation/part-0", "2 0:-2\n0 0:2\n");
  Configure(R"({"num_round": "100", "early_stopping_rounds": "3"})", R"({"train": {}, "validation": {}})");
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_THAT(log_.str(), ContainsRegex("Stopping after [0-9]+ rounds. Best iteration: \\[[0-9]+\\], by validation-rmse"));
  EXPECT_THAT(log_.str(), Not(HasSubstr("\n[99]")));
}

TEST_F(XGBoostContainerTest, LeavesOutHiddenAndTooDeepFiles) {
  directory_.Write("input/data/train/_SUCCESS", "no rows");
  directory_.Write("input/data/train/.part-0.crc", "no rows");
  directory_.Write("input/data/train/a/b/part-1", "1 1:2\n");
  directory_.Write("input/data/train/a/b/c/part-2", "no rows");
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_THAT(log_.str(), AllOf(HasSubstr("Train matrix has 61 rows"), HasSubstr("File is left out, for its name or its depth: "),
                                HasSubstr("a/b/c/part-2")));
}

TEST_F(XGBoostContainerTest, AStoppedJobLeavesTheModelOnlyWhenAsked) {
  CancellationSource stopped;
  stopped.Cancel();
  EXPECT_EQ(Train(stopped.token()), kTrainingStopped);
  EXPECT_EQ(Model(), "");
}

TEST_F(XGBoostContainerTest, CrossValidatesWithAModelForEachFold) {
  directory_.Write("input/data/validation/part-0", GoldenLibSvm(true));
  Configure(R"({"num_round": "3", "_kfold": "4", "_num_cv_round": "2", "objective": "multi:softprob", "num_class": "3", "nthread": "1"})",
            R"({"train": {}, "validation": {}})");
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_THAT(log_.str(), AllOf(HasSubstr("Run 2-round of 4-fold cross validation with 120 rows"),
                                HasSubstr("Train cross validation fold 4"), HasSubstr("The metrics of round 2 cross validation"),
                                ContainsRegex("The overall metrics of 2-round cross validation\n"
                                              "\\[3\\]#011train-mlogloss:0\\.[0-9]{5}#011validation-mlogloss:0\\.[0-9]{5}\n")));
  EXPECT_THAT(log_.str(), ContainsRegex("Standard deviations: mlogloss of train 0\\.[0-9]{5} mlogloss of validation 0\\.0*[1-9]"));
  const std::string predictions = ReadFile(directory_.path() / "output/data/predictions.csv");
  EXPECT_EQ(std::count(predictions.begin(), predictions.end(), '\n'), 120);
  EXPECT_THAT(predictions, ContainsRegex("^[012]\\.000000,0\\.[0-9]{6},[012]\\.000000\n"));
  EXPECT_EQ(Model(), "");
  EXPECT_NE(ReadFile(directory_.path() / "model/xgboost-model-7"), "");
  EXPECT_EQ(ReadFile(directory_.path() / "model/xgboost-model-8"), "");
  EXPECT_EQ(Invoke("text/libsvm", GoldenLibSvm(false)).status, 200);
}

TEST_F(XGBoostContainerTest, KeepsCheckpointsAndGoesOnFromTheLatest) {
  directory_.Write("checkpoints/other", "no model");
  EXPECT_EQ(Train(), 0) << log_.str();
  const std::string whole = Model();
  EXPECT_TRUE(ReadFile(directory_.path() / "checkpoints/xgboost-checkpoint.3") == whole);
  std::filesystem::remove(directory_.path() / "checkpoints/xgboost-checkpoint.3");
  std::filesystem::remove(directory_.path() / "checkpoints/xgboost-checkpoint.2");
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_THAT(log_.str(), AllOf(HasSubstr("Resuming from iteration 2"), Not(HasSubstr("\n[1]")), HasSubstr("\n[2]#011"), HasSubstr("\n[3]")));
  const auto predictions = [this] { return Invoke("text/libsvm", GoldenLibSvm(false)).body; };
  const std::string resumed = predictions();
  directory_.Write("model/xgboost-model", whole);
  EXPECT_EQ(predictions(), resumed);
  Configure(R"({"num_round": "9", "eta": "0.5"})", R"({"train": {}})");
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "checkpoints/xgboost-checkpoint.3"));
  EXPECT_TRUE(std::filesystem::exists(directory_.path() / "checkpoints/xgboost-checkpoint.4"));
  EXPECT_EQ(ReadFile(directory_.path() / "checkpoints/other"), "no model");
}

TEST_F(XGBoostContainerTest, UpdatesTheTreesOfACheckpointOnly) {
  directory_.Write("checkpoints/xgboost-checkpoint.3", algo::ReadGolden("regression.ubj"));
  directory_.Write("input/data/train/part-0", "5 0:1 4:1\n7 0:2 4:2\n6 1:1 4:3\n");
  Configure(R"({"num_round": "8", "process_type": "update", "updater": "refresh", "nthread": "1"})", R"({"train": {}})");
  EXPECT_EQ(Train(), 0) << log_.str();
  const std::string updated = Model();
  Configure(R"({"num_round": "8", "process_type": "update", "updater": "refresh", "refresh_leaf": "0", "nthread": "1"})",
            R"({"train": {}})");
  std::filesystem::remove_all(directory_.path() / "checkpoints");
  EXPECT_EQ(Train(), 1);
  EXPECT_THAT(Failure(), HasSubstr("process_type update has no trees to update: the job has no checkpoint"));
  directory_.Write("checkpoints/xgboost-checkpoint.3", algo::ReadGolden("regression.ubj"));
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_FALSE(Model() == updated);
  directory_.Write("checkpoints/xgboost-checkpoint.9", "torn");
  EXPECT_EQ(Train(), 1);
  EXPECT_THAT(Failure(), HasSubstr("checkpoints/xgboost-checkpoint.9"));
}

TEST_F(XGBoostContainerTest, LogsItsThreads) {
  EXPECT_EQ(Train(), 0);
  EXPECT_THAT(log_.str(), HasSubstr("Single node training. Threads: 1\n"));
  Configure(R"({"num_round": "1", "nthread": "3"})", R"({"train": {}})");
  EXPECT_EQ(Train(), 0);
  EXPECT_THAT(log_.str(), HasSubstr("Single node training. Threads: 3\n"));
}

TEST_F(XGBoostContainerTest, LabelsOfSurvivalAftAreTimes) {
  directory_.Write("input/data/train/part-0", "2 0:1\n-5 0:2\n1 0:3\n-3 0:4\n");
  Configure(R"({"num_round": "2", "objective": "survival:aft", "eval_metric": "aft-nloglik,interval-regression-accuracy"})",
            R"({"train": {}})");
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_THAT(log_.str(), ContainsRegex("\n\\[1\\]#011train-aft-nloglik:[0-9.]+#011train-interval-regression-accuracy:"));
}

TEST_F(XGBoostContainerTest, NamesWhatIsWrongWithTheJob) {
  struct Case {
    std::string hyperparameters;
    std::string channels;
    std::string data;
    std::string message;
  };
  const std::string rounds = R"({"num_round": "2"})";
  const std::vector<Case> cases = {
      {"{}", R"({"train": {}})", "1 1:2\n", "Required hyperparameter is missing: num_round"},
      {R"({"num_round": "2", "etta": "1"})", R"({"train": {}})", "1 1:2\n", "unknown to XGBoost: etta"},
      {rounds, R"({"training": {}})", "1 1:2\n", "Required channel is missing: \"train\""},
      {rounds, R"({"train": {}})", "", "Channel has no data: \"train\""},
      {rounds, R"({"train": {}})", "\n\n", "Channel has no rows: \"train\""},
      {rounds, R"({"train": {}})", "1 1:2\n1 1;2\n", "part-0, line 2, \"1;2\""},
      {rounds, R"({"train": {"ContentType": "text/csv;label_size=0"}})", "1,2\n", "label_size is not 1: channel \"train\" has \"0\""},
      {rounds, R"({"train": {"ContentType": "image/png"}})", "1,2\n", "channel \"train\" has image/png, readable are text/libsvm"},
      {rounds, R"({"train": {"TrainingInputMode": "Pipe"}})", "1 1:2\n", "Pipe mode is for CSV and RecordIO only"},
      {rounds, R"({"train": {"TrainingInputMode": "Pipe", "ContentType": "application/x-parquet"}})", "1 1:2\n",
       "Pipe mode is for CSV and RecordIO only: channel \"train\" has application/x-parquet"},
      {R"({"num_round": "2", "_kfold": "3"})", R"({"train": {}})", "1 1:2\n1 1:2\n", "Rows are fewer than folds: 2, _kfold is 3"},
      {R"({"num_round": "2", "objective": "multi:softmax", "num_class": "3"})", R"({"train": {}})", "1 1:2\n7 1:2\n",
       "Channel \"train\": Label does not fit the objective: row 1 has 7"},
  };
  for (const Case& test_case : cases) {
    SCOPED_TRACE(test_case.message);
    directory_.Write("input/data/train/part-0", test_case.data);
    Configure(test_case.hyperparameters, test_case.channels);
    EXPECT_EQ(Train(), 1);
    EXPECT_THAT(Failure(), AllOf(StartsWith("ClientError: "), HasSubstr(test_case.message)));
  }
  EXPECT_EQ(Model(), "");
}

TEST_F(XGBoostContainerTest, AnswersInEveryType) {
  Serve("regression.ubj");
  const std::string body = "0:1\n\n";  // The second row has no entries.
  EXPECT_THAT(Invoke("text/libsvm", body).body, testing::MatchesRegex("[0-9.]+\n[0-9.]+\n"));
  EXPECT_THAT(Invoke("text/libsvm", body, "application/json").body,
              testing::MatchesRegex(R"(\{"predictions": \[\{"score": [0-9.]+\}, \{"score": [0-9.]+\}\]\})"));
  EXPECT_THAT(Invoke("text/libsvm", body, "application/jsonlines").body, StartsWith("{\"score\": "));
  EXPECT_THAT(Invoke("text/libsvm", body, "application/x-recordio-protobuf").body, HasSubstr("score"));
  EXPECT_THAT(Invoke("text/libsvm", body, "", {.csv_in_one_line = true}).body, testing::MatchesRegex("[0-9.]+,[0-9.]+"));
  Serve("softprob.ubj");
  EXPECT_THAT(Invoke("text/libsvm", body).body, testing::MatchesRegex("0[0-9.]+,0[0-9.]+,0[0-9.]+\n.*\n"));
}

TEST_F(XGBoostContainerTest, RefusesAsAwssImageDoes) {
  Serve("regression.ubj");
  EXPECT_EQ(Invoke("text/csv", "").status, 204);
  EXPECT_EQ(Invoke("text/csv", "1,2,x,4,5").status, 415);
  EXPECT_THAT(Invoke("text/csv", "1,2,x,4,5").body, HasSubstr("request, line 1, \"x\""));
  EXPECT_EQ(Invoke("application/json", "{}").status, 415);
  EXPECT_THAT(Invoke("application/json", "{}").body, HasSubstr("readable are text/libsvm"));
  EXPECT_EQ(Invoke("text/csv", "1,2,3").status, 400);
  EXPECT_THAT(Invoke("text/csv", "1,2,3").body, HasSubstr("3, not 5"));
  EXPECT_EQ(Invoke("text/csv", "1,2,3,4,5", "image/png").status, 406);
}

TEST_F(XGBoostContainerTest, GivesTheOutputThatIsSelected) {
  Serve("softprob.ubj");
  const XGBoostServingOptions options{.output_keys = *ParseOutputKeys("Predicted_Label, probabilities,predicted_score")};
  const InvocationAnswer csv = Invoke("text/libsvm", "0:1\n", "", options);
  EXPECT_THAT(csv.body, ContainsRegex(R"(^[012],"\[0[0-9.]+, 0[0-9.]+, 0[0-9.]+\]",nan)"));
  EXPECT_THAT(Invoke("text/libsvm", "0:1\n", "application/json", options).body,
              ContainsRegex(R"(\{"predicted_label": [012], "probabilities": \[[0-9., ]+\], "predicted_score": NaN\})"));
  Serve("binary.json");
  const XGBoostServingOptions all{.output_keys = *ParseOutputKeys("predicted_label,labels,probability,probabilities,raw_score")};
  EXPECT_THAT(Invoke("text/libsvm", "0:1\n", "", all).body,
              ContainsRegex(R"(^[01],"\[0, 1\]",0[0-9.]+,"\[0[0-9.]+, 0[0-9.]+\]",0[0-9.]+)"));
  EXPECT_THAT(ParseOutputKeys("label"), IsError(ErrorKind::kInvalidArgument, HasSubstr("unknown key: \"label\"")));
}

TEST_F(XGBoostContainerTest, SeveralModelFilesAreAnEnsemble) {
  Serve("regression.ubj");
  directory_.Write("model/xgboost-model-1", algo::ReadGolden("dart.json"));
  directory_.Write("model/.hidden", "no model");
  const float mean = (algo::GoldenCases()[0].predictions[0] + algo::GoldenCases()[4].predictions[0]) / 2;
  EXPECT_FLOAT_EQ(Numbers(Invoke("text/csv", GoldenCsv(false)).body)[0], mean);
  EXPECT_FLOAT_EQ(Numbers(Invoke("text/csv", GoldenCsv(false), "", {.is_ensemble = false}).body)[0],
                  algo::GoldenCases()[0].predictions[0]);
}

TEST_F(XGBoostContainerTest, RefusesAModelThatIsNone) {
  EXPECT_THAT(Invoke("text/csv", "1").body, HasSubstr("Model file is missing"));
  directory_.Write("model/xgboost-model", "\x80\x04\x95 xgboost.core");
  EXPECT_THAT(Invoke("text/csv", "1").body, AllOf(HasSubstr("model/xgboost-model"), HasSubstr("is a Python pickle")));
}

}  // namespace
}  // namespace sagespark::container
