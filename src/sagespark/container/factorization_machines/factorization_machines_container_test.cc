#include <cmath>
#include <random>
#include <regex>
#include <sstream>

#include "sagespark/codec/record_encoder.h"
#include "sagespark/container/factorization_machines/factorization_machines_algorithm.h"
#include "sagespark/container/factorization_machines/factorization_machines_model_file.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/container/training/run_training.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Not;

constexpr int64_t kFeatures = 40;

/// A user and an item, and whether both numbers are odd or both even: what only their interaction tells.
struct Row {
  int32_t user = 0;
  int32_t item = 0;
  double label = 0;
};

std::vector<Row> UsersAndItems(int count) {
  std::mt19937 random(7);
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) {
    const auto user = static_cast<int32_t>(random() % (kFeatures / 2));
    const auto item = static_cast<int32_t>(random() % (kFeatures / 2));
    rows.push_back({user, item, user % 2 == item % 2 ? 1.0 : 0.0});
  }
  return rows;
}

std::string Records(const std::vector<Row>& rows, bool has_labels = true, int64_t size = kFeatures) {
  std::string bytes;
  codec::RecordEncoder encoder;
  const std::vector<double> ones = {1, 1};
  for (const Row& row : rows) {
    const std::vector<int32_t> indices = {row.user, static_cast<int32_t>(kFeatures / 2) + row.item};
    const data::VectorRow features{.is_sparse = true, .size = size, .indices = indices, .values = ones};
    SAGESPARK_CHECK(encoder.Append(features, has_labels ? std::optional(row.label) : std::nullopt, bytes).ok());
  }
  return bytes;
}

class FactorizationMachinesContainerTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_.Write("input/data/train/part-0", Records(UsersAndItems(2000)));
    Configure("", R"({"train": {}})");
  }

  void Configure(const std::string& more, std::string_view channels) const {
    ConfigureAll(R"({"feature_dim": "40", "num_factors": "4", "predictor_type": "binary_classifier",
                     "mini_batch_size": "50", "epochs": "10", "factors_lr": "0.02", "factors_init_sigma": "0.1")" +
                     more + "}",
                 channels);
  }

  void ConfigureAll(std::string_view hyperparameters, std::string_view channels) const {
    directory_.Write("input/config/hyperparameters.json", hyperparameters);
    directory_.Write("input/config/inputdataconfig.json", channels);
  }

  /// Trains and returns the exit code; the log is in log_.
  int Train() {
    log_.str("");
    return RunTraining(FactorizationMachinesAlgorithm(), {.root = directory_.path()}, log_, {});
  }

  double Metric(const std::string& text) const {
    std::smatch match;
    const std::string log = log_.str();
    if (!std::regex_search(log, match, std::regex("#quality_metric: host=\\S+, " + text + ">=(\\S+)"))) return NAN;
    return std::stod(match[1]);
  }

  std::string Failure() const { return ReadFile(directory_.path() / "output/failure"); }
  std::filesystem::path ModelFile() const { return directory_.path() / "model/model_algo-1"; }

  Result<std::vector<PredictionColumn>> Predict(const linalg::RowsView& rows) const {
    SAGESPARK_ASSIGN_OR_RETURN(const auto predictor, FactorizationMachinesAlgorithm().LoadModel(directory_.path() / "model"));
    return predictor->Predict(rows);
  }

  TemporaryFolder directory_;
  std::ostringstream log_;
};

TEST_F(FactorizationMachinesContainerTest, LearnsInteractionsAndAnswersScoreAndLabel) {
  ASSERT_EQ(Train(), 0) << log_.str();
  linalg::Matrix<float> rows(2, kFeatures);
  rows(0, 3) = rows(0, 20 + 5) = 1;  // Both odd.
  rows(1, 3) = rows(1, 20 + 6) = 1;
  ASSERT_OK_AND_ASSIGN(const auto columns, Predict(std::as_const(rows).view()));
  ASSERT_EQ(columns.size(), 2);
  EXPECT_EQ(columns[0].name, "score");
  EXPECT_FALSE(columns[0].is_integer);
  EXPECT_THAT(columns[0].values, ElementsAre(testing::Gt(0.9F), testing::Lt(0.1F)));
  EXPECT_EQ(columns[1].name, "predicted_label");
  EXPECT_TRUE(columns[1].is_integer);
  EXPECT_THAT(columns[1].values, ElementsAre(1, 0));
}

TEST_F(FactorizationMachinesContainerTest, ARegressorAnswersTheScoreOnly) {
  Configure(R"(, "predictor_type": "regressor")", R"({"train": {}})");
  ASSERT_EQ(Train(), 0) << log_.str();
  linalg::Matrix<float> rows(1, kFeatures);
  rows(0, 3) = rows(0, 20 + 5) = 1;
  ASSERT_OK_AND_ASSIGN(const auto columns, Predict(std::as_const(rows).view()));
  ASSERT_EQ(columns.size(), 1);
  EXPECT_EQ(columns[0].name, "score");
  EXPECT_THAT(columns[0].values, ElementsAre(FloatNear(1, 0.2)));
}

TEST_F(FactorizationMachinesContainerTest, WritesTheMetricsOfEveryEpoch) {
  ASSERT_EQ(Train(), 0);
  const std::string log = log_.str();
  EXPECT_THAT(log, HasSubstr("processed a total of 2000 examples"));
  EXPECT_THAT(log, AllOf(HasSubstr("completed 10.0 % of epochs"), HasSubstr("completed 100.0 % of epochs")));
  EXPECT_THAT(log, ContainsRegex("#throughput_metric: host=algo-1, train throughput=[0-9.]+ records/second\n"));
  EXPECT_THAT(log, ContainsRegex("\"epoch\": 9, .*\"Total Records Seen\": ..sum.: 20000.0"));
  EXPECT_THAT(log, HasSubstr("40 of 40 features have occurred"));
  EXPECT_THAT(log, HasSubstr("Test data is not provided.\n"));
  EXPECT_LT(Metric("epoch=0, train binary_classification_accuracy <score"), 0.9);
  EXPECT_LT(Metric("epoch=0, train binary_classification_cross_entropy <loss"), std::log(2));
  EXPECT_GT(Metric("epoch=0, train binary_classification_cross_entropy <loss"),
            3 * Metric("epoch=9, train binary_classification_cross_entropy <loss"));
  EXPECT_GT(Metric("epoch=9, train binary_classification_accuracy <score"), 0.95);
  EXPECT_GT(Metric("epoch=9, train binary_f_1.000 <score"), 0.95);
  EXPECT_EQ(Metric("train binary_classification_accuracy <score"),
            Metric("epoch=9, train binary_classification_accuracy <score"));
}

TEST_F(FactorizationMachinesContainerTest, ScoresTheTestChannel) {
  directory_.Write("input/data/test/part-0", Records(UsersAndItems(300)));
  Configure("", R"({"train": {}, "test": {}})");
  ASSERT_EQ(Train(), 0) << log_.str();
  EXPECT_GT(Metric("test binary_classification_accuracy <score"), 0.98);
  EXPECT_LT(Metric("test binary_classification_cross_entropy <loss"), 0.3);
  EXPECT_GT(Metric("test binary_f_1.000 <score"), 0.98);
  EXPECT_THAT(log_.str(), ContainsRegex("#test_score \\(algo-1\\) : \\('binary_f_1.000', [0-9.]+\\)"));
  EXPECT_THAT(log_.str(), Not(HasSubstr("Test data is not provided")));
  Configure(R"(, "predictor_type": "regressor")", R"({"train": {}, "test": {}})");
  ASSERT_EQ(Train(), 0) << log_.str();
  EXPECT_LT(Metric("test rmse <loss"), 0.3);
  EXPECT_NEAR(Metric("test mse <loss"), std::pow(Metric("test rmse <loss"), 2), 1e-9);
  EXPECT_LT(Metric("test absolute_loss <loss"), Metric("test rmse <loss"));
}

TEST_F(FactorizationMachinesContainerTest, GivesTheSameModelForTheSameSeedAndAnotherForAnother) {
  const auto train = [&](const char* seed) {
    setenv("SAGESPARK_SEED", seed, 1);
    EXPECT_EQ(Train(), 0);
    unsetenv("SAGESPARK_SEED");
    return ReadFile(ModelFile());
  };
  const std::string first = train("1");
  EXPECT_EQ(train("1"), first);
  EXPECT_NE(train("2"), first);
}

TEST_F(FactorizationMachinesContainerTest, EveryHyperparameterChangesTheModel) {
  directory_.Write("input/data/train/part-0", Records(UsersAndItems(300)));
  const auto weights = [&](const std::string& more) {
    Configure(R"(, "epochs": "2")" + more, R"({"train": {}})");
    EXPECT_EQ(Train(), 0) << log_.str();
    const auto model = ReadFactorizationMachinesModel(directory_.path() / "model");
    EXPECT_OK(model.status());
    std::vector<float> all = model->weights().values();
    all.push_back(model->bias());
    return all;
  };
  const std::vector<float> base = weights("");
  EXPECT_EQ(weights(""), base);
  for (const char* more :
       {R"(, "num_factors": "5")", R"(, "predictor_type": "regressor")", R"(, "mini_batch_size": "60")",
        R"(, "epochs": "3")", R"(, "clip_gradient": "0.001")", R"(, "eps": "0.01")", R"(, "rescale_grad": "0.001")",
        R"(, "bias_lr": "0.2")", R"(, "linear_lr": "0.2")", R"(, "factors_lr": "0.2")", R"(, "bias_wd": "0.2")",
        R"(, "linear_wd": "0.2")", R"(, "factors_wd": "0.2")", R"(, "bias_init_sigma": "0.2")",
        R"(, "linear_init_sigma": "0.2")", R"(, "factors_init_sigma": "0.2")",
        R"(, "bias_init_method": "constant", "bias_init_value": "0.2")",
        R"(, "linear_init_method": "constant", "linear_init_value": "0.2")",
        R"(, "factors_init_method": "constant", "factors_init_value": "0.2")",
        R"(, "bias_init_method": "uniform", "bias_init_scale": "0.2")",
        R"(, "linear_init_method": "uniform", "linear_init_scale": "0.2")",
        R"(, "factors_init_method": "uniform", "factors_init_scale": "0.2")"}) {
    EXPECT_NE(weights(more), base) << more;
  }
  for (const std::string group : {"bias", "linear", "factors"}) {
    const auto of = [&](const char* method, const char* name, const char* value) {
      return weights(", \"" + group + "_init_method\": \"" + method + "\", \"" + group + name + "\": \"" + value + "\"");
    };
    EXPECT_NE(of("uniform", "_init_scale", "0.3"), of("uniform", "_init_scale", "0.2")) << group;
    EXPECT_NE(of("constant", "_init_value", "0.3"), of("constant", "_init_value", "0.2")) << group;
  }
  // feature_dim has one right value.
  Configure(R"(, "feature_dim": "39")", R"({"train": {}})");
  EXPECT_EQ(Train(), 1);
}

TEST_F(FactorizationMachinesContainerTest, SaysWhatIsWrongWithTheJob) {
  const std::string frames = Records(UsersAndItems(30));
  const std::string train = R"({"train": {}})";
  const auto with = [](const char* more) {
    return std::string(R"({"feature_dim": "40", "num_factors": "4", "predictor_type": "binary_classifier")") + more + "}";
  };
  std::vector<Row> third_class = UsersAndItems(30);
  third_class[17].label = 2;
  const struct {
    const char* name;
    std::string hyperparameters;
    std::string channels;
    std::string data;
    const char* failure;
  } cases[] = {
      {"required", R"({"feature_dim": "40", "num_factors": "4"})", train, frames, "Required hyperparameter is missing: predictor_type"},
      {"range", with(R"(, "factors_lr": "-1")"), train, frames, "factors_lr = \"-1\""},
      {"unknown", with(R"(, "factor_lr": "1")"), train, frames, "unknown to factorization machines: factor_lr"},
      {"predictor", R"({"feature_dim": "40", "num_factors": "4", "predictor_type": "ranker"})", train, frames,
       "predictor_type = \"ranker\", valid is binary_classifier or regressor"},
      {"no train", with(""), R"({"test": {}})", frames, "Required channel is missing: \"train\""},
      {"empty", with(""), train, "", "Channel has no data: \"train\""},
      {"CSV", with(""), R"({"train": {"ContentType": "text/csv"}})", "1,2\n", "channel \"train\" has text/csv, .*application/x-recordio-protobuf"},
      {"length", with(""), train, Records(UsersAndItems(3), true, 41), "row 1, file .*41 features, not 40"},
      {"no label", with(""), train, Records(UsersAndItems(3), false), "row 1, file .*label"},
      {"label 2", with(""), train, Records(third_class), "neither 0 nor 1: row 18, label 2"},
      {"torn", with(""), train, frames.substr(0, frames.size() - 3), "part-0"},
      {"diverges", with(R"(, "factors_lr": "1e30", "mini_batch_size": "3", "predictor_type": "regressor")"), train, frames, "diverge"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    std::filesystem::remove_all(directory_.path() / "input/data");
    directory_.Write("input/data/train/part-0", test_case.data);
    ConfigureAll(test_case.hyperparameters, test_case.channels);
    EXPECT_EQ(Train(), 1);
    EXPECT_THAT(Failure(), ContainsRegex(test_case.failure));
    EXPECT_FALSE(std::filesystem::exists(ModelFile()));
  }
}

TEST_F(FactorizationMachinesContainerTest, NamesARowOfTheTestChannelWithAnotherLabel) {
  std::vector<Row> rows = UsersAndItems(100);
  rows[70].label = 0.5;
  directory_.Write("input/data/test/part-0", Records(rows));
  Configure("", R"({"train": {}, "test": {}})");
  EXPECT_EQ(Train(), 1);
  EXPECT_THAT(Failure(), HasSubstr("Channel \"test\": Data has a label that is neither 0 nor 1: row 71, label 0.5"));
}

TEST(FactorizationMachinesAlgorithmTest, TakesNoCsv) {
  const FactorizationMachinesAlgorithm algorithm;
  EXPECT_THAT(algorithm.training_types(), ElementsAre("application/x-recordio-protobuf"));
  const TemporaryFolder directory;
  ThreadPool pool(1);
  std::string bytes;
  const algo::FactorizationMachinesModel model(algo::FactorizationMachinesTask::kRegressor, 0, linalg::Matrix<float>(2, 2));
  ASSERT_OK(WriteFactorizationMachinesModel(model, {}, pool, [&](std::string_view piece) {
    bytes += piece;
    return Status::Ok();
  }));
  directory.Write("model_algo-1", bytes);
  ASSERT_OK_AND_ASSIGN(const auto predictor, algorithm.LoadModel(directory.path()));
  EXPECT_EQ(predictor->feature_dim(), 2);
  EXPECT_EQ(predictor->row_layout(), RowLayout::kAsRead);
  EXPECT_THAT(predictor->request_types(),
              ElementsAre("application/x-recordio-protobuf", "application/json", "application/jsonlines"));
}

}  // namespace
}  // namespace sagespark::container
