#include <cmath>
#include <cstring>
#include <random>
#include <regex>
#include <sstream>

#include "sagespark/codec/record_encoder.h"
#include "sagespark/container/kmeans/kmeans_algorithm.h"
#include "sagespark/container/kmeans/kmeans_model_file.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/container/training/run_training.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::FloatNear;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string Csv(const std::vector<std::vector<double>>& rows) {
  std::ostringstream text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) text << (i > 0 ? "," : "") << row[i];
    text << '\n';
  }
  return text.str();
}

std::string Records(const std::vector<std::vector<double>>& rows) {
  std::string bytes;
  codec::RecordEncoder encoder;
  for (const auto& row : rows) {
    const data::VectorRow features{.size = static_cast<int64_t>(row.size()), .indices = {}, .values = row};
    SAGESPARK_CHECK(encoder.Append(features, 0.0, bytes).ok());
  }
  return bytes;
}

/// Rows at most 0.1 from (0, 0), (10, 0) and (0, 10), in turn.
std::vector<std::vector<double>> ThreeGroups(size_t count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> noise(-0.07, 0.07);
  std::vector<std::vector<double>> rows;
  for (size_t i = 0; i < count; ++i) {
    rows.push_back({(i % 3 == 1 ? 10 : 0) + noise(random), (i % 3 == 2 ? 10 : 0) + noise(random)});
  }
  return rows;
}

class KMeansContainerTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_.Write("input/data/train/part-0", Records(ThreeGroups(300)));
    Configure(R"({"k": "3", "feature_dim": "2"})", R"({"train": {}})");
  }

  void Configure(std::string_view hyperparameters, std::string_view channels) const {
    directory_.Write("input/config/hyperparameters.json", hyperparameters);
    directory_.Write("input/config/inputdataconfig.json", channels);
  }

  /// Trains and returns the exit code; the log is in log_.
  int Train() {
    log_.str("");
    return RunTraining(KMeansAlgorithm(), {.root = directory_.path()}, log_, {});
  }

  std::string Failure() const { return ReadFile(directory_.path() / "output/failure"); }
  std::filesystem::path ModelFile() const { return directory_.path() / "model/model_algo-1"; }

  /// The centers, read without the code under test: they are the floats before the last 8 bytes.
  std::vector<std::vector<float>> Centers(size_t k, size_t dim) const {
    const std::string bytes = ReadFile(ModelFile());
    EXPECT_EQ(bytes.size(), 24 + 12 + 16 + 12 + 4 * k * dim + 8);
    std::vector<std::vector<float>> centers(k, std::vector<float>(dim));
    for (size_t i = 0; i < k; ++i) std::memcpy(centers[i].data(), bytes.data() + 64 + 4 * dim * i, 4 * dim);
    return centers;
  }

  void ExpectThreeGroups() const {
    const auto near = [](float x, float y) { return testing::ElementsAre(FloatNear(x, 0.1f), FloatNear(y, 0.1f)); };
    EXPECT_THAT(Centers(3, 2), testing::UnorderedElementsAre(near(0, 0), near(10, 0), near(0, 10)));
  }

  TemporaryFolder directory_;
  std::ostringstream log_;
};

TEST_F(KMeansContainerTest, FindsThreeGroupsInRecordIoAndCsv) {
  EXPECT_EQ(Train(), 0) << log_.str();
  ExpectThreeGroups();
  std::filesystem::remove(ModelFile());
  Configure(R"({"k": "3", "feature_dim": "2"})", R"({"train": {"ContentType": "text/csv;label_size=0"}})");
  directory_.Write("input/data/train/part-0", Csv(ThreeGroups(200)));
  directory_.Write("input/data/train/more/part-1", Csv(ThreeGroups(100)));
  EXPECT_EQ(Train(), 0) << log_.str();
  ExpectThreeGroups();
  EXPECT_THAT(log_.str(), HasSubstr("processed a total of 300 examples"));
}

TEST_F(KMeansContainerTest, WritesTheLinesOfThePublishedLogs) {
  EXPECT_EQ(Train(), 0);
  const std::string log = log_.str();
  EXPECT_THAT(log, HasSubstr("'extra_center_factor' was set to 'auto', evaluated to 10."));
  EXPECT_THAT(log, HasSubstr("Batch size 5000 is bigger than the first batch data. Effective batch size used to "
                             "initialize is 300"));
  EXPECT_THAT(log, HasSubstr("shrinking 30 centers into 3\n"));
  EXPECT_THAT(log, ContainsRegex("local kmeans attempt #9. Current mean square distance 0.[0-9]{6}\n"));
  EXPECT_THAT(log, HasSubstr("#progress_metric: host=algo-1, completed 100.0 % of epochs\n"));
  EXPECT_THAT(log, ContainsRegex("#throughput_metric: host=algo-1, train throughput=[0-9.]+ records/second\n"));
  EXPECT_THAT(log, HasSubstr("Test data is not provided.\n"));
  std::smatch match;
  ASSERT_TRUE(std::regex_search(log, match, std::regex(R"(#quality_metric: host=\S+, train msd <loss>=(\S+))")));
  EXPECT_LT(std::stod(match[1]), 2 * 0.07 * 0.07);
  EXPECT_THAT(log, ContainsRegex("#quality_metric: host=algo-1, epoch=0, train msd <loss>=0.00"));
}

TEST_F(KMeansContainerTest, ScoresTheTestChannelByTheMetricsAskedFor) {
  Configure(R"({"k": "3", "feature_dim": "2", "eval_metrics": "[\"msd\", \"ssd\"]"})",
            R"({"train": {}, "test": {"ContentType": "text/csv;label_size=0"}})");
  directory_.Write("input/data/test/rows.csv", "0,3\n10,4\n");
  EXPECT_EQ(Train(), 0) << log_.str();
  const std::string log = log_.str();
  std::smatch msd;
  std::smatch ssd;
  // The pattern by which the service and tuning jobs scrape logs.
  ASSERT_TRUE(std::regex_search(log, msd, std::regex(R"(#quality_metric: host=\S+, test msd <loss>=(\S+))")));
  ASSERT_TRUE(std::regex_search(log, ssd, std::regex(R"(#quality_metric: host=\S+, test ssd <loss>=(\S+))")));
  EXPECT_NEAR(std::stod(msd[1]), (9 + 16) / 2.0, 0.3);
  EXPECT_NEAR(std::stod(ssd[1]), 9 + 16, 0.6);
  EXPECT_THAT(log, HasSubstr("#test_score (algo-1) : ('msd', " + msd[1].str() + ")"));
  EXPECT_THAT(log, Not(HasSubstr("Test data is not provided")));
}

TEST_F(KMeansContainerTest, GivesTheSameModelForTheSameSeedAndAnotherForAnother) {
  const auto train = [&](const char* seed) {
    setenv("SAGESPARK_SEED", seed, 1);
    EXPECT_EQ(Train(), 0);
    unsetenv("SAGESPARK_SEED");
    return ReadFile(ModelFile());
  };
  Configure(R"({"k": "3", "feature_dim": "2", "extra_center_factor": "1"})", R"({"train": {}})");
  const std::string first = train("1");
  EXPECT_EQ(train("1"), first);
  EXPECT_NE(train("2"), first);
  EXPECT_THAT(log_.str(), HasSubstr("No shrinking is required as extra_center_factor is 1."));
  setenv("SAGESPARK_SEED", "x", 1);
  EXPECT_EQ(Train(), 1);
  unsetenv("SAGESPARK_SEED");
  EXPECT_THAT(Failure(), HasSubstr("SAGESPARK_SEED"));
}

TEST_F(KMeansContainerTest, RunsEveryEpoch) {
  Configure(R"({"k": "3", "feature_dim": "2", "epochs": "2", "mini_batch_size": "100"})", R"({"train": {}})");
  EXPECT_EQ(Train(), 0);
  EXPECT_THAT(log_.str(), AllOf(HasSubstr("completed 50.0 % of epochs"), HasSubstr("completed 100.0 % of epochs"),
                                ContainsRegex("\"epoch\": 1, .*\"Total Records Seen\": ..sum.: 600.0"),
                                ContainsRegex("\"update.time\": ..sum.: [0-9.]+, .count.: 2,"),
                                ContainsRegex("\"Total Batches Seen\": ..sum.: 6.0")));
}

/// What a hyperparameter may change: the model, and the log without its times and the configuration it repeats.
TEST_F(KMeansContainerTest, EveryHyperparameterChangesTheModelOrTheLog) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> coordinate(0, 1);
  std::vector<std::vector<double>> rows(600);
  for (auto& row : rows) row = {coordinate(random), coordinate(random)};
  directory_.Write("input/data/train/part-0", Records(rows));
  directory_.Write("input/data/test/part-0", Records(rows));
  const auto outcome = [&](const std::string& more) {
    Configure(R"({"feature_dim": "2", "k": "5", "mini_batch_size": "200")" + more + "}", R"({"train": {}, "test": {}})");
    EXPECT_EQ(Train(), 0) << log_.str();
    std::string kept = ReadFile(ModelFile());
    std::istringstream lines(log_.str());
    for (std::string line; std::getline(lines, line);) {
      const bool is_result = std::regex_search(line, std::regex("kmeans attempt|hrinking|quality_metric|progress|auto'|no effect"));
      if (is_result && line.find("configuration") == std::string::npos) kept += line.substr(line.find(']')) + "\n";
    }
    return kept;
  };
  const std::string base = outcome("");
  EXPECT_EQ(outcome(""), base);
  for (const char* more :
       {R"(, "k": "6")", R"(, "mini_batch_size": "100")", R"(, "epochs": "2")", R"(, "extra_center_factor": "4")",
        R"(, "init_method": "kmeans++")", R"(, "half_life_time_size": "50")", R"(, "local_lloyd_init_method": "random")",
        R"(, "local_lloyd_max_iter": "1")", R"(, "local_lloyd_tol": "0.5")", R"(, "local_lloyd_num_trials": "3")",
        R"(, "eval_metrics": "[\"ssd\"]")", R"(, "force_dense": "false")"}) {
    EXPECT_NE(outcome(more), base) << more;
  }
  EXPECT_THAT(log_.str(), HasSubstr("force_dense has no effect: rows are worked on as they come, dense or sparse\n"));
  // feature_dim has one right value.
  Configure(R"({"feature_dim": "3", "k": "5"})", R"({"train": {}})");
  EXPECT_EQ(Train(), 1);
}

TEST_F(KMeansContainerTest, SaysWhatIsWrongWithTheJob) {
  const std::string frames = Records(ThreeGroups(300));
  const std::string hyperparameters = R"({"k": "3", "feature_dim": "2"})";
  const struct {
    const char* name;
    std::string hyperparameters;
    std::string channels;
    std::string data;
    const char* failure;
  } cases[] = {
      {"k missing", R"({"feature_dim": "2"})", R"({"train": {}})", frames, "Required hyperparameter is missing: k"},
      {"k out of range", R"({"k": "0", "feature_dim": "2"})", R"({"train": {}})", frames, "k = \"0\""},
      {"unknown", R"({"k": "3", "feature_dim": "2", "kk": "1"})", R"({"train": {}})", frames, "kk"},
      {"no train", hyperparameters, R"({"test": {}})", frames, "Required channel is missing: \"train\"; the job has test"},
      {"empty", hyperparameters, R"({"train": {}})", "", "Channel has no data: \"train\""},
      {"length", R"({"k": "3", "feature_dim": "3"})", R"({"train": {}})", frames, "row 1, file .*2 features, not 3"},
      {"few rows", R"({"k": "9", "feature_dim": "2"})", R"({"train": {}})", Records(ThreeGroups(3)), "3"},
      {"cut", hyperparameters, R"({"train": {}})", frames.substr(0, frames.size() - 2),
       "row 300, file .*/part-0: RecordIO is malformed: cut record at byte [0-9]+"},
      {"foreign", hyperparameters, R"({"train": {}})", "not RecordIO\n", "wrong magic number at byte 0"},
      {"type", hyperparameters, R"({"train": {"ContentType": "image/png"}})", frames, "has image/png"},
      {"nan", hyperparameters, R"({"train": {}})", frames + Records({{1, std::nan("")}}),
       "row 301, file .*: Row has a value that is not finite: column 1"},
      {"no number", hyperparameters, R"({"train": {"ContentType": "text/csv;label_size=0"}})", "1,x\n", "line 1, column 1"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    Configure(test_case.hyperparameters, test_case.channels);
    directory_.Write("input/data/train/part-0", test_case.data);
    EXPECT_EQ(Train(), 1);
    EXPECT_THAT(Failure(), ContainsRegex("^ClientError: .*" + std::string(test_case.failure)));
    EXPECT_THAT(log_.str(), HasSubstr("Customer Error: "));
    EXPECT_FALSE(std::filesystem::exists(ModelFile()));
  }
}

TEST_F(KMeansContainerTest, PredictsTheClosestCenterAndItsDistance) {
  const algo::KMeansModel model{linalg::Matrix<float>(2, 2, {0, 0, 3, 4})};
  directory_.Write("model/model_algo-1", EncodeKMeansModel(model));
  ASSERT_OK_AND_ASSIGN(const auto predictor, KMeansAlgorithm().LoadModel(directory_.path() / "model"));
  EXPECT_EQ(predictor->feature_dim(), 2);
  const std::vector<float> rows = {3, 5, 0, 2};
  ASSERT_OK_AND_ASSIGN(const auto columns, predictor->Predict(linalg::MatrixView<const float>(rows.data(), 2, 2)));
  ASSERT_EQ(columns.size(), 2);
  EXPECT_EQ(columns[0].name, "closest_cluster");
  EXPECT_THAT(columns[0].values, testing::ElementsAre(1, 0));
  EXPECT_EQ(columns[1].name, "distance_to_cluster");
  EXPECT_THAT(columns[1].values, testing::ElementsAre(1, 2));
}

TEST_F(KMeansContainerTest, RefusesATornOrForeignModel) {
  const auto load = [&] { return KMeansAlgorithm().LoadModel(directory_.path() / "model").status(); };
  EXPECT_THAT(load(), IsError(ErrorKind::kNotFound, HasSubstr("model_algo-1")));
  const std::string whole = EncodeKMeansModel({linalg::Matrix<float>(2, 2, {0, 0, 3, 4})});
  for (const std::string& bytes : {whole.substr(0, whole.size() - 1), std::string("PK zip"), std::string()}) {
    directory_.Write("model/model_algo-1", bytes);
    EXPECT_THAT(load(), IsError(ErrorKind::kCorruptData, HasSubstr("Cannot load the model ")));
  }
}

}  // namespace
}  // namespace sagespark::container
