#include <cmath>
#include <cstring>
#include <regex>
#include <sstream>
#include <utility>

#include "sagespark/algo/lda/testing/bars.h"
#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/codec/record_encoder.h"
#include "sagespark/container/lda/lda_algorithm.h"
#include "sagespark/container/lda/lda_model_file.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/container/training/run_training.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::container {
namespace {

using algo::BarDocuments;
using linalg::Matrix;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Not;

std::string Csv(const Matrix<float>& rows) {
  std::ostringstream text;
  for (int64_t row = 0; row < rows.rows(); ++row) {
    for (int64_t col = 0; col < rows.cols(); ++col) text << (col > 0 ? "," : "") << rows(row, col);
    text << '\n';
  }
  return text.str();
}

std::string Records(const Matrix<float>& rows, bool sparse = false) {
  std::string bytes;
  codec::RecordEncoder encoder;
  for (int64_t row = 0; row < rows.rows(); ++row) {
    std::vector<double> values;
    std::vector<int32_t> indices;
    for (int64_t col = 0; col < rows.cols(); ++col) {
      if (sparse && rows(row, col) == 0) continue;
      if (sparse) indices.push_back(static_cast<int32_t>(col));
      values.push_back(rows(row, col));
    }
    const data::VectorRow features{.is_sparse = sparse, .size = rows.cols(), .indices = indices, .values = values};
    SAGESPARK_CHECK(encoder.Append(features, 0.0, bytes).ok());
  }
  return bytes;
}

constexpr int64_t kDocuments = 400;
const char kHyperparameters[] =
    R"("num_topics": "10", "feature_dim": "25", "mini_batch_size": "400", "max_restarts": "2", "max_iterations": "50")";

class LdaContainerTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_.Write("input/data/train/part-0", Records(BarDocuments(kDocuments, 60, 1)));
    Configure(R"({"train": {}})");
  }

  void Configure(std::string_view channels, const std::string& hyperparameters = kHyperparameters) const {
    directory_.Write("input/config/hyperparameters.json", "{" + hyperparameters + "}");
    directory_.Write("input/config/inputdataconfig.json", channels);
  }

  /// Trains and returns the exit code; the log is in log_.
  int Train() {
    log_.str("");
    return RunTraining(LdaAlgorithm(), {.root = directory_.path()}, log_, {});
  }

  std::string Failure() const { return ReadFile(directory_.path() / "output/failure"); }
  std::string Model() const { return ReadFile(directory_.path() / "model/model_algo-1"); }

  TemporaryFolder directory_;
  std::ostringstream log_;
};

TEST_F(LdaContainerTest, FindsTheSameTopicsInDenseAndSparseRecordsAndInCsv) {
  EXPECT_EQ(Train(), 0) << log_.str();
  const std::string dense = Model();
  ASSERT_OK_AND_ASSIGN(const algo::LdaModel model, ReadLdaModel(directory_.path() / "model"));
  EXPECT_LT(algo::MatchedError(algo::BarTopics(), model.beta), 0.08);
  const Matrix<float> documents = BarDocuments(kDocuments, 60, 1);
  directory_.Write("input/data/train/part-0", Records(documents, true));
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_EQ(Model(), dense);
  Configure(R"({"train": {"ContentType": "text/csv;label_size=0"}})");
  directory_.Write("input/data/train/part-0", Csv(documents));
  EXPECT_EQ(Train(), 0) << log_.str();
  EXPECT_EQ(Model(), dense);
}

TEST_F(LdaContainerTest, WritesWhatItDidAndThePublishedMetrics) {
  Configure(R"({"train": {}, "test": {}})");
  directory_.Write("input/data/test/part-0", Records(BarDocuments(50, 60, 2)));
  EXPECT_EQ(Train(), 0);
  const std::string log = log_.str();
  EXPECT_THAT(log, HasSubstr("processed a total of 400 examples"));
  EXPECT_THAT(log, HasSubstr("computing 13 topics of which 10 are kept"));
  EXPECT_THAT(log, ContainsRegex("ALS restart #1: relative error 0.[0-9]{8} after [0-9]+ iterations\n"));
  EXPECT_THAT(log, ContainsRegex("ALS from the topics kept of restart #[01]: relative error 0.[0-9]{8}"));
  EXPECT_THAT(log, ContainsRegex("refined the topics in [0-9]+ iterations"));
  EXPECT_THAT(log, HasSubstr("#progress_metric: host=algo-1, completed 100.0 % of epochs\n"));
  EXPECT_THAT(log, ContainsRegex("#throughput_metric: host=algo-1, train throughput=[0-9.]+ records/second\n"));
  EXPECT_THAT(log, HasSubstr("\"Algorithm\": \"AWS/LDA\""));
  // The pattern by which the service and tuning jobs scrape logs. Bars: ln 25 = 3.22 for words that tell nothing.
  std::smatch pwll;
  ASSERT_TRUE(std::regex_search(log, pwll, std::regex(R"(#quality_metric: host=\S+, test pwll <score>=(\S+))")));
  EXPECT_GT(std::stod(pwll[1]), -3.0);
  EXPECT_LT(std::stod(pwll[1]), std::log(0.2));
  EXPECT_THAT(log, HasSubstr("#test_score (algo-1) : ('pwll', " + pwll[1].str() + ")"));
  EXPECT_THAT(log, Not(HasSubstr("Test data is not provided")));
}

TEST_F(LdaContainerTest, SaysWhichDocumentsTellNothing) {
  Matrix<float> documents = BarDocuments(kDocuments, 60, 1);
  std::ranges::fill(documents.Row(7), 0.0F);
  directory_.Write("input/data/train/part-0", Records(documents));
  EXPECT_EQ(Train(), 0);
  EXPECT_THAT(log_.str(), HasSubstr("1 of 400 documents have fewer than three words"));
  EXPECT_THAT(log_.str(), HasSubstr("Test data is not provided."));
}

TEST_F(LdaContainerTest, GivesTheSameModelForTheSameSeedAndAnotherForAnother) {
  const auto train = [&](const char* seed) {
    setenv("SAGESPARK_SEED", seed, 1);
    EXPECT_EQ(Train(), 0);
    unsetenv("SAGESPARK_SEED");
    return Model();
  };
  const std::string first = train("1");
  EXPECT_EQ(train("1"), first);
  EXPECT_NE(train("2"), first);
}

/// What a hyperparameter may change: the model, and the log without its times and the configuration it repeats.
TEST_F(LdaContainerTest, EveryHyperparameterChangesTheModelOrTheLog) {
  const std::string base_values =
      R"("num_topics": "10", "feature_dim": "25", "mini_batch_size": "400")";
  const auto outcome = [&](const std::string& more) {
    Configure(R"({"train": {}})", base_values + R"(, "max_restarts": "2", "max_iterations": "50")" + more);
    EXPECT_EQ(Train(), 0) << log_.str();
    std::string kept = Model();
    std::istringstream lines(log_.str());
    for (std::string line; std::getline(lines, line);) {
      if (std::regex_search(line, std::regex("ALS|computing|refined"))) kept += line.substr(line.find(']')) + "\n";
    }
    return kept;
  };
  const std::string base = outcome("");
  EXPECT_EQ(outcome(""), base);
  for (const char* more : {R"(, "num_topics": "9")", R"(, "alpha0": "0.5")", R"(, "max_restarts": "3")",
                           R"(, "max_iterations": "3")", R"(, "tol": "0.01")"}) {
    EXPECT_NE(outcome(more), base) << more;
  }
  // feature_dim and mini_batch_size have one right value.
  for (const char* more : {R"(, "feature_dim": "24")", R"(, "mini_batch_size": "399")"}) {
    Configure(R"({"train": {}})", base_values + more);
    EXPECT_EQ(Train(), 1) << more;
  }
}

TEST_F(LdaContainerTest, SaysWhatIsWrongWithTheJob) {
  const Matrix<float> bars = BarDocuments(kDocuments, 60, 1);
  const std::string frames = Records(bars);
  Matrix<float> bad = bars;
  bad(398, 3) = -1;
  Matrix<float> nan = bars;
  nan(398, 3) = NAN;
  const std::string train = R"({"train": {}})";
  const std::string base = kHyperparameters;
  const struct {
    const char* name;
    std::string hyperparameters;
    std::string channels;
    std::string data;
    const char* failure;
  } cases[] = {
      {"missing", R"("num_topics": "3", "feature_dim": "25")", train, frames, "is missing: mini_batch_size"},
      {"out of range", base + R"(, "alpha0": "0")", train, frames, "alpha0 = \"0\""},
      {"unknown", base + R"(, "topics": "1")", train, frames, "unknown to LDA: topics"},
      {"no train", base, R"({"test": {}})", frames, "Required channel is missing: \"train\"; the job has test"},
      {"empty", base, train, "", "Channel has no data: \"train\""},
      {"length", R"("num_topics": "3", "feature_dim": "24", "mini_batch_size": "400")", train, frames, "25 features, not 24"},
      {"fewer", base, train, frames + Records(BarDocuments(1, 60, 9)), "more documents than mini_batch_size.*401, mini_batch_size 400"},
      {"more", base, train, Records(BarDocuments(399, 60, 1)), "fewer documents than mini_batch_size.*399, mini_batch_size 400"},
      {"few", R"("num_topics": "3", "feature_dim": "25", "mini_batch_size": "2")", train, Records(BarDocuments(2, 60, 1)),
       "fewer documents of three words or more than topics: 2 documents, num_topics 3"},
      {"negative", base, train, Records(bad), "count that is negative: row 398, column 3"},
      {"nan", base, train, Records(nan), "row 399"},
      {"cut", base, train, frames.substr(0, frames.size() - 2), "row 400, file .*/part-0: RecordIO is malformed"},
      {"type", base, R"({"train": {"ContentType": "image/png"}})", frames, "has image/png"},
      {"csv in a pipe", base, R"({"train": {"ContentType": "text/csv;label_size=0", "TrainingInputMode": "Pipe"}})", frames,
       "LDA reads text/csv in File mode only: channel \"train\" is in Pipe mode"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    Configure(test_case.channels, test_case.hyperparameters);
    directory_.Write("input/data/train/part-0", test_case.data);
    EXPECT_EQ(Train(), 1);
    EXPECT_THAT(Failure(), ContainsRegex("^ClientError: .*" + std::string(test_case.failure)));
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "model/model_algo-1"));
  }
}

TEST_F(LdaContainerTest, NamesTheChannelTestWhereItIsBad) {
  Configure(R"({"train": {}, "test": {}})");
  Matrix<float> bad = BarDocuments(2, 60, 1);
  bad(1, 4) = -2;
  directory_.Write("input/data/test/part-0", Records(bad));
  EXPECT_EQ(Train(), 1);
  EXPECT_THAT(Failure(), HasSubstr("Channel \"test\", after 0 rows: Documents have a count that is negative: row 1, column 4"));
  directory_.Write("input/data/test/part-0", Records(Matrix<float>(2, 25)));
  EXPECT_EQ(Train(), 1);
  EXPECT_THAT(Failure(), HasSubstr("Channel has no words: \"test\""));
}

TEST_F(LdaContainerTest, PredictsMixturesOfDenseAndSparseDocuments) {
  const algo::LdaModel model{{0.75, 0.25}, Matrix<float>(2, 3, {0.5, 0.5, 0, 0, 0, 1})};
  directory_.Write("model/model_algo-1", EncodeLdaModel(model));
  ASSERT_OK_AND_ASSIGN(const auto predictor, LdaAlgorithm().LoadModel(directory_.path() / "model"));
  EXPECT_EQ(predictor->feature_dim(), 3);
  EXPECT_EQ(predictor->row_layout(), RowLayout::kAsRead);
  const std::vector<float> dense = {2, 1, 0, 0, 0, 0};
  const std::vector<int64_t> ends = {2, 2};
  const std::vector<int32_t> indices = {0, 1};
  const std::vector<float> values = {2, 1};
  const linalg::RowsView views[] = {linalg::MatrixView<const float>(dense.data(), 2, 3),
                                    linalg::SparseRowsView{3, ends, indices, values}};
  for (const linalg::RowsView& rows : views) {
    ASSERT_OK_AND_ASSIGN(const auto columns, predictor->Predict(rows));
    ASSERT_EQ(columns.size(), 1);
    EXPECT_EQ(columns[0].name, "topic_mixture");
    EXPECT_EQ(columns[0].width, 2);
    EXPECT_TRUE(columns[0].is_list);
    EXPECT_THAT(columns[0].values, ElementsAre(FloatNear(0.9375F, 1e-4F), FloatNear(0.0625F, 1e-4F), 0.75F, 0.25F));
  }
  const std::vector<float> negative = {2, -1, 0};
  EXPECT_THAT(predictor->Predict(linalg::MatrixView<const float>(negative.data(), 1, 3)),
              IsError(ErrorKind::kCorruptData, "Documents have a count that is negative: row 0, column 1"));
}

TEST_F(LdaContainerTest, TheModelIsTheFileThatAnIndependentWriterMakes) {
  const algo::LdaModel model{{0.75, 0.25}, Matrix<float>(2, 3, {0.5, 0.5, 0, 0, 0.25, 0.75})};
  EXPECT_EQ(EncodeLdaModel(model), ReadFile(SourcePath("tests/goldens/lda_model_algo-1")));
}

TEST_F(LdaContainerTest, RefusesATornOrForeignModel) {
  const auto load = [&] { return LdaAlgorithm().LoadModel(directory_.path() / "model").status(); };
  EXPECT_THAT(load(), IsError(ErrorKind::kNotFound, HasSubstr("model_algo-1")));
  const std::string whole = EncodeLdaModel({{1, 1}, Matrix<float>(2, 2, {0, 1, 0.5, 0.5})});
  const std::string kmeans = codec::WriteNdArrays({{.name = "", .shape = {2, 2}, .values = {1, 2, 3, 4}}});
  for (const std::string& bytes : {whole.substr(0, whole.size() - 1), kmeans, std::string("PK zip"), std::string()}) {
    directory_.Write("model/model_algo-1", bytes);
    EXPECT_THAT(load(), IsError(ErrorKind::kCorruptData, HasSubstr("Cannot load the model ")));
  }
}

}  // namespace
}  // namespace sagespark::container
