#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/codec/record_encoder.h"
#include "sagespark/container/pca/pca_algorithm.h"
#include "sagespark/container/pca/pca_model_file.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/container/training/run_training.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Not;

using Hyperparameters = std::map<std::string, std::string>;
using Rows = std::vector<std::vector<double>>;

std::string Csv(const Rows& rows) {
  std::ostringstream text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) text << (i > 0 ? "," : "") << row[i];
    text << '\n';
  }
  return text.str();
}

std::string Records(const Rows& rows, bool is_sparse = false) {
  std::string bytes;
  codec::RecordEncoder encoder;
  for (const auto& row : rows) {
    std::vector<int32_t> indices;
    std::vector<double> values;
    for (size_t i = 0; i < row.size(); ++i) {
      if (is_sparse && row[i] == 0) continue;
      if (is_sparse) indices.push_back(static_cast<int32_t>(i));
      values.push_back(row[i]);
    }
    const data::VectorRow features{
        .is_sparse = is_sparse, .size = static_cast<int64_t>(row.size()), .indices = indices, .values = values};
    SAGESPARK_CHECK(encoder.Append(features, 0.0, bytes).ok());
  }
  return bytes;
}

/// About (1, 2): singular values 8 along (0.8, 0.6) and 2 along (-0.6, 0.8), `copies` times each.
Rows Ellipse(int copies = 50) {
  Rows rows;
  const double length = std::sqrt(1.0 / (2 * copies));
  for (int i = 0; i < copies; ++i) {
    for (const double sign : {-1.0, 1.0}) {
      rows.push_back({1 + sign * 8 * length * 0.8, 2 + sign * 8 * length * 0.6});
      rows.push_back({1 - sign * 2 * length * 0.6, 2 + sign * 2 * length * 0.8});
    }
  }
  return rows;
}

class PcaContainerTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_.Write("input/data/train/part-0", Records(Ellipse()));
    Configure({}, R"({"train": {}})");
  }

  void Configure(Hyperparameters hyperparameters, std::string_view channels) const {
    hyperparameters.insert({{"feature_dim", "2"}, {"num_components", "2"}, {"mini_batch_size", "80"}});
    std::string json;
    for (const auto& [name, value] : hyperparameters) {
      json.append(json.empty() ? "{" : ", ").append("\"" + name + "\": \"" + value + "\"");
    }
    directory_.Write("input/config/hyperparameters.json", json + "}");
    directory_.Write("input/config/inputdataconfig.json", channels);
  }

  /// Trains and returns the exit code; the log is in log_.
  int Train() {
    log_.str("");
    return RunTraining(PcaAlgorithm(), {.root = directory_.path()}, log_, {});
  }

  std::string Failure() const { return ReadFile(directory_.path() / "output/failure"); }
  std::filesystem::path ModelFile() const { return directory_.path() / "model/model_algo-1"; }

  void ExpectEllipse() const {
    ASSERT_OK_AND_ASSIGN(const auto arrays, codec::ReadNdArrays(ReadFile(ModelFile())));
    ASSERT_EQ(arrays.size(), 3);
    EXPECT_EQ(arrays[0].name, "mean");
    EXPECT_THAT(arrays[0].shape, ElementsAre(1, 2));
    EXPECT_THAT(arrays[0].values, ElementsAre(FloatNear(1, 1e-5F), FloatNear(2, 1e-5F)));
    EXPECT_EQ(arrays[1].name, "s");
    EXPECT_THAT(arrays[1].shape, ElementsAre(2));
    EXPECT_THAT(arrays[1].values, ElementsAre(FloatNear(2, 1e-4F), FloatNear(8, 1e-4F)));
    EXPECT_EQ(arrays[2].name, "v");
    EXPECT_THAT(arrays[2].shape, ElementsAre(2, 2));
    // The smaller component is the first column.
    EXPECT_THAT(arrays[2].values, ElementsAre(FloatNear(-0.6F, 1e-4F), FloatNear(0.8F, 1e-4F), FloatNear(0.8F, 1e-4F),
                                              FloatNear(0.6F, 1e-4F)));
  }

  TemporaryFolder directory_;
  std::ostringstream log_;
};

TEST_F(PcaContainerTest, FindsTheAxesInRecordIoDenseAndSparseAndInCsv) {
  EXPECT_EQ(Train(), 0) << log_.str();
  ExpectEllipse();
  directory_.Write("input/data/train/part-0", Records(Ellipse(), true));
  EXPECT_EQ(Train(), 0) << log_.str();
  ExpectEllipse();
  Configure({}, R"({"train": {"ContentType": "text/csv;label_size=0"}})");
  directory_.Write("input/data/train/part-0", Csv(Ellipse()));
  EXPECT_EQ(Train(), 0) << log_.str();
  ExpectEllipse();
}

TEST_F(PcaContainerTest, WritesTheLinesOfThePublishedLogs) {
  EXPECT_EQ(Train(), 0);
  const std::string log = log_.str();
  for (const char* line : {"The default executor is <PCAExecutor on cpu(0)>.\n", "2 feature(s) found in 'data'.\n",
                           "<PCAExecutor on cpu(0)> is assigned to batch slice from 0 to 79.\n",
                           "#progress_metric: host=algo-1, completed 100.0 % of epochs\n", "Test data is not provided.\n"}) {
    EXPECT_THAT(log, HasSubstr(line));
  }
  EXPECT_THAT(log, ContainsRegex("#throughput_metric: host=algo-1, train throughput=[0-9.]+ records/second\n"));
  EXPECT_THAT(log, ContainsRegex("\"Algorithm\": \"PCA\""));
  EXPECT_THAT(log, ContainsRegex("\"Total Records Seen\": ..sum.: 200.0"));
  EXPECT_THAT(log, ContainsRegex("\"Total Batches Seen\": ..sum.: 3.0"));
  EXPECT_THAT(log, ContainsRegex("\"finalize.time\": "));
  EXPECT_THAT(log, ContainsRegex("#quality_metric: host=algo-1, train explained_variance_ratio <score>=1"));
}

TEST_F(PcaContainerTest, ScoresTheTestChannel) {
  Configure({{"num_components", "1"}}, R"({"train": {}, "test": {"ContentType": "text/csv;label_size=0"}})");
  // One step along the first axis and two along the second: 1 of 5.
  directory_.Write("input/data/test/rows.csv", "1.8,2.6\n-0.2,3.6\n");
  EXPECT_EQ(Train(), 0) << log_.str();
  std::smatch match;
  const std::string log = log_.str();
  ASSERT_TRUE(std::regex_search(log, match, std::regex(R"(#quality_metric: host=\S+, test explained_variance_ratio <score>=(\S+))")));
  EXPECT_NEAR(std::stod(match[1]), 0.2, 1e-4);
}

TEST_F(PcaContainerTest, SaysThatForceDenseHasNoEffect) {
  constexpr const char* kWarning = "force_dense has no effect: rows are multiplied as dense ones\n";
  EXPECT_EQ(Train(), 0);
  EXPECT_THAT(log_.str(), Not(HasSubstr(kWarning)));
  const std::string model = ReadFile(ModelFile());
  Configure({{"force_dense", "false"}}, R"({"train": {}})");
  EXPECT_EQ(Train(), 0);
  EXPECT_THAT(log_.str(), HasSubstr(kWarning));
  EXPECT_EQ(ReadFile(ModelFile()), model);
}

/// What a hyperparameter may change: the model, and the log without its times and the configuration it repeats.
TEST_F(PcaContainerTest, EveryHyperparameterChangesTheModelOrTheLog) {
  Rows rows;
  for (int i = 0; i < 1500; ++i) {
    std::vector<double>& row = rows.emplace_back(30);
    for (int j = 0; j < 30; ++j) row[j] = (i * 7919 + j * 104729 + i * i * 31 * (j + 1)) % 1000 / 100.0;
  }
  directory_.Write("input/data/train/part-0", Records(rows));
  const auto outcome = [&](Hyperparameters given) {
    given.insert({{"feature_dim", "30"}, {"num_components", "3"}});
    Configure(given, R"({"train": {}})");
    EXPECT_EQ(Train(), 0) << log_.str();
    std::string kept = ReadFile(ModelFile());
    std::istringstream lines(log_.str());
    for (std::string line; std::getline(lines, line);) {
      const bool is_result = std::regex_search(line, std::regex("PCAExecutor|progress|factor|no effect"));
      if (is_result && line.find("configuration") == std::string::npos) kept += line.substr(line.find(']')) + "\n";
    }
    return kept;
  };
  const std::string base = outcome({});
  EXPECT_EQ(outcome({}), base);
  std::set<std::string> outcomes = {base};
  for (const Hyperparameters& more : std::vector<Hyperparameters>{
           {{"num_components", "4"}}, {{"mini_batch_size", "100"}}, {{"algorithm_mode", "stable"}},
        {{"algorithm_mode", "randomized"}}, {{"algorithm_mode", "randomized"}, {"extra_components", "2"}},
        {{"extra_components", "2"}}, {{"subtract_mean", "false"}}, {{"force_dense", "False"}}, {{"epochs", "2"}}}) {
    EXPECT_TRUE(outcomes.insert(outcome(more)).second) << testing::PrintToString(more);
  }
  // feature_dim has one right value.
  Configure({{"feature_dim", "29"}, {"num_components", "3"}}, R"({"train": {}})");
  EXPECT_EQ(Train(), 1);
}

TEST_F(PcaContainerTest, GivesTheSameModelForTheSameSeedAndAnotherForAnother) {
  Rows rows;
  for (int i = 0; i < 1200; ++i) {
    std::vector<double>& row = rows.emplace_back(30);
    for (int j = 0; j < 30; ++j) row[j] = (i * 7919 + j * 104729 + i * i * 31 * (j + 1)) % 1000 / 100.0;
  }
  directory_.Write("input/data/train/part-0", Records(rows));
  Configure({{"feature_dim", "30"}, {"algorithm_mode", "randomized"}, {"extra_components", "1"}}, R"({"train": {}})");
  const auto train = [&](const char* seed) {
    setenv("SAGESPARK_SEED", seed, 1);
    EXPECT_EQ(Train(), 0) << log_.str();
    unsetenv("SAGESPARK_SEED");
    return ReadFile(ModelFile());
  };
  const std::string first = train("1");
  EXPECT_EQ(train("1"), first);
  EXPECT_NE(train("2"), first);
}

TEST_F(PcaContainerTest, SaysWhatIsWrongWithTheJob) {
  const std::string frames = Records(Ellipse());
  const struct {
    const char* name;
    Hyperparameters hyperparameters;
    std::string channels;
    std::string data;
    const char* failure;
  } cases[] = {
      {"unknown", {{"k", "1"}}, R"({"train": {}})", frames, "Hyperparameter is unknown to PCA: k"},
      {"more components than features", {{"num_components", "3"}}, R"({"train": {}})", frames,
       "num_components = \"3\", valid is at most feature_dim = 2"},
      {"more components than rows", {}, R"({"train": {}})", Records({{1, 2}}), "too few rows for the components: 1 rows"},
      {"too many features", {{"feature_dim", "40000"}}, R"({"train": {}})", frames, "feature_dim = 40000"},
      {"no train", {}, R"({"test": {}})", frames, "Required channel is missing: \"train\"; the job has test"},
      {"empty", {}, R"({"train": {}})", "", "Channel has no data: \"train\""},
      {"length", {{"feature_dim", "3"}}, R"({"train": {}})", frames, "row 1, file .*2 features, not 3"},
      {"cut", {}, R"({"train": {}})", frames.substr(0, frames.size() - 2), "RecordIO is malformed: cut record"},
      {"type", {}, R"({"train": {"ContentType": "image/png"}})", frames, "has image/png"},
      {"nan", {}, R"({"train": {}})", frames + Records({{1, std::nan("")}}), "row 201, file .*/part-0"},
      {"empty test", {}, R"({"train": {}, "test": {}})", frames, "Channel has no data: \"test\""},
  };
  directory_.Write("input/data/test/part-0", "");
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    Configure(test_case.hyperparameters, test_case.channels);
    directory_.Write("input/data/train/part-0", test_case.data);
    EXPECT_EQ(Train(), 1);
    EXPECT_THAT(Failure(), ContainsRegex("^ClientError: .*" + std::string(test_case.failure)));
  }
}

TEST_F(PcaContainerTest, ReadsAndWritesTheModelFileOfAnIndependentWriter) {
  const std::string golden = ReadFile(SourcePath("tests/goldens/pca_model_algo-1"));
  directory_.Write("model/model_algo-1", golden);
  ASSERT_OK_AND_ASSIGN(const algo::PcaModel model, ReadPcaModel(directory_.path() / "model"));
  EXPECT_THAT(model.mean, ElementsAre(10, 20, 30));
  EXPECT_THAT(model.singular_values, ElementsAre(1.5F, 2.5F));
  EXPECT_THAT(model.components.values(), ElementsAre(0.6F, 0, 0.8F, 0, 0, 1));
  EXPECT_EQ(EncodePcaModel(model), golden);
}

TEST_F(PcaContainerTest, PredictsAListOfProjectionsAlsoOfOneComponent) {
  const algo::PcaModel model{.singular_values = {5}, .components = linalg::Matrix<float>(2, 1, {0.6F, 0.8F}), .mean = {1, 2}};
  directory_.Write("model/model_algo-1", EncodePcaModel(model));
  ASSERT_OK_AND_ASSIGN(const auto predictor, PcaAlgorithm().LoadModel(directory_.path() / "model"));
  EXPECT_EQ(predictor->feature_dim(), 2);
  EXPECT_EQ(predictor->json_list_name(), "projections");
  const std::vector<float> rows = {1, 2, 2, 3};
  ASSERT_OK_AND_ASSIGN(const auto columns, predictor->Predict(linalg::MatrixView<const float>(rows.data(), 2, 2)));
  ASSERT_EQ(columns.size(), 1);
  EXPECT_EQ(columns[0].name, "projection");
  EXPECT_EQ(columns[0].width, 1);
  EXPECT_TRUE(columns[0].is_list);
  EXPECT_THAT(columns[0].values, ElementsAre(0, FloatNear(1.4F, 1e-6F)));
}

TEST_F(PcaContainerTest, RefusesATornOrForeignModel) {
  const auto load = [&] { return PcaAlgorithm().LoadModel(directory_.path() / "model").status(); };
  EXPECT_THAT(load(), IsError(ErrorKind::kNotFound, HasSubstr("model_algo-1")));
  const std::string whole = ReadFile(SourcePath("tests/goldens/pca_model_algo-1"));
  const std::string kmeans = codec::WriteNdArrays({{.name = "", .shape = {1, 2}, .values = {1, 2}}});
  for (const std::string& bytes : {whole.substr(0, whole.size() - 1), std::string("PK zip"), std::string(), kmeans}) {
    directory_.Write("model/model_algo-1", bytes);
    EXPECT_THAT(load(), IsError(ErrorKind::kCorruptData, HasSubstr("Cannot load the model ")));
  }
  EXPECT_THAT(load(), IsError(ErrorKind::kCorruptData, HasSubstr("PCA model has an array of another name")));
}

}  // namespace
}  // namespace sagespark::container
