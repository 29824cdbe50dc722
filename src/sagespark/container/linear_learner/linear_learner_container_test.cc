#include <cmath>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>

#include "sagespark/base/archive/zip.h"
#include "sagespark/base/json/value.h"
#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/codec/record_encoder.h"
#include "sagespark/container/linear_learner/linear_learner_algorithm.h"
#include "sagespark/container/linear_learner/linear_learner_model_file.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/container/training/run_training.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::container {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Rows {
  std::vector<std::vector<double>> features;
  std::vector<double> labels;
};

// Two features in [-1, 1]; a third that is mostly 0. The label by `label_of`.
template <typename LabelOf>
Rows MakeRows(size_t count, const LabelOf& label_of, unsigned seed = 7) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Rows rows;
  for (size_t i = 0; i < count; ++i) {
    rows.features.push_back({uniform(random), uniform(random), i % 5 == 0 ? 2.0 : 0.0});
    rows.labels.push_back(label_of(rows.features.back()));
  }
  return rows;
}

double BinaryLabel(const std::vector<double>& x) { return x[0] + 2 * x[1] > 0.3 ? 1 : 0; }
double NumberLabel(const std::vector<double>& x) { return 100 + 10 * x[0] - 5 * x[1]; }
double ClassLabel(const std::vector<double>& x) { return x[2] > 0 ? 3 : x[0] > 0.2 ? 2 : x[1] > 0 ? 1 : 0; }

std::string Csv(const Rows& rows) {
  std::ostringstream text;
  text.precision(9);
  for (size_t i = 0; i < rows.labels.size(); ++i) {
    text << rows.labels[i];
    for (const double value : rows.features[i]) text << ',' << value;
    text << '\n';
  }
  return text.str();
}

std::string Records(const Rows& rows, bool sparse = false) {
  std::string bytes;
  codec::RecordEncoder encoder;
  for (size_t i = 0; i < rows.labels.size(); ++i) {
    std::vector<int32_t> indices;
    std::vector<double> values;
    for (size_t j = 0; j < rows.features[i].size(); ++j) {
      if (sparse && rows.features[i][j] == 0) continue;
      indices.push_back(static_cast<int32_t>(j));
      values.push_back(rows.features[i][j]);
    }
    data::VectorRow features{.is_sparse = sparse, .size = static_cast<int64_t>(rows.features[i].size())};
    features.values = values;
    if (sparse) features.indices = indices;
    SAGESPARK_CHECK(encoder.Append(features, rows.labels[i], bytes).ok());
  }
  return bytes;
}

class LinearLearnerContainerTest : public testing::Test {
 protected:
  void Configure(std::string_view hyperparameters, std::string_view channels = R"({"train": {}})") const {
    directory_.Write("input/config/hyperparameters.json", hyperparameters);
    directory_.Write("input/config/inputdataconfig.json", channels);
  }

  /// Trains and returns the exit code; the log is in log_.
  int Train() {
    log_.str("");
    return RunTraining(LinearLearnerAlgorithm(), {.root = directory_.path()}, log_, {});
  }

  std::string Failure() const { return ReadFile(directory_.path() / "output/failure"); }
  std::filesystem::path ModelFolder() const { return directory_.path() / "model"; }
  std::string ModelBytes() const { return ReadFile(ModelFolder() / "model_algo-1"); }

  double Logged(const std::string& pattern) const {
    std::smatch match;
    const std::string log = log_.str();
    if (!std::regex_search(log, match, std::regex(pattern))) return std::nan("");
    return std::stod(match[1]);
  }

  std::vector<PredictionColumn> Predict(std::vector<float> row) const {
    const auto predictor = LinearLearnerAlgorithm().LoadModel(ModelFolder());
    SAGESPARK_CHECK(predictor.ok());
    auto columns = (*predictor)->Predict(linalg::MatrixView<const float>(row.data(), 1, static_cast<int64_t>(row.size())));
    SAGESPARK_CHECK(columns.ok());
    return *std::move(columns);
  }

  TemporaryFolder directory_;
  std::ostringstream log_;
};

TEST_F(LinearLearnerContainerTest, TrainsABinaryClassifierFromRecordIoDenseAndSparseAndFromCsv) {
  const Rows rows = MakeRows(600, BinaryLabel);
  struct Case {
    std::string name;
    std::string bytes;
    std::string channels;
  };
  const std::vector<Case> cases = {{"dense", Records(rows), R"({"train": {}})"},
                                   {"sparse", Records(rows, true), R"({"train": {}})"},
                                   {"csv", Csv(rows), R"({"train": {"ContentType": "text/csv"}})"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    directory_.Write("input/data/train/part-0", c.bytes);
    Configure(R"({"predictor_type": "binary_classifier"})", c.channels);
    ASSERT_EQ(Train(), 0) << log_.str();
    EXPECT_GT(Logged("train binary_classification_accuracy <score>=(\\S+)"), 0.97);
    const auto positive = Predict({0.5F, 0.5F, 0});
    ASSERT_EQ(positive.size(), 2);
    EXPECT_EQ(positive[0].name, "score");
    EXPECT_GT(positive[0].values[0], 0.9F);
    EXPECT_EQ(positive[1].name, "predicted_label");
    EXPECT_TRUE(positive[1].is_integer);
    EXPECT_THAT(positive[1].values, ElementsAre(1));
    EXPECT_THAT(Predict({-0.5F, 0, 0})[1].values, ElementsAre(0));
  }
}

TEST_F(LinearLearnerContainerTest, TrainsARegressor) {
  directory_.Write("input/data/train/part-0", Records(MakeRows(500, NumberLabel)));
  Configure(R"({"predictor_type": "regressor", "feature_dim": "3", "epochs": "30", "wd": "0"})");
  ASSERT_EQ(Train(), 0) << log_.str();
  const auto columns = Predict({1, -1, 0});
  ASSERT_EQ(columns.size(), 1);
  EXPECT_THAT(columns[0].values, ElementsAre(FloatNear(115, 0.2)));
  EXPECT_LT(Logged("train rmse <loss>=(\\S+)"), 0.2);
}

TEST_F(LinearLearnerContainerTest, TrainsAMulticlassClassifier) {
  directory_.Write("input/data/train/part-0", Records(MakeRows(800, ClassLabel), true));
  directory_.Write("input/data/test/part-0", Records(MakeRows(100, ClassLabel, 8)));
  Configure(R"({"predictor_type": "multiclass_classifier", "num_classes": "4", "accuracy_top_k": "2", "f_beta": "0.5"})",
            R"({"train": {}, "test": {}})");
  ASSERT_EQ(Train(), 0) << log_.str();
  const auto columns = Predict({0, 0, 2});
  ASSERT_EQ(columns.size(), 2);
  EXPECT_EQ(columns[0].width, 4);
  EXPECT_TRUE(columns[0].is_list);
  EXPECT_GT(columns[0].values[3], 0.9F);
  EXPECT_THAT(columns[1].values, ElementsAre(3));
  EXPECT_GT(Logged("test multiclass_accuracy <score>=(\\S+)"), 0.85);
  EXPECT_GT(Logged("test multiclass_top_k_accuracy_2 <score>=(\\S+)"), 0.95);
  EXPECT_GT(Logged("test dcg <score>=(\\S+)"), 0.9);
  EXPECT_GT(Logged("test macro_f_0.500 <score>=(\\S+)"), 0.8);
}

TEST_F(LinearLearnerContainerTest, WritesTheLinesOfThePublishedLogs) {
  directory_.Write("input/data/train/part-0", Records(MakeRows(600, BinaryLabel)));
  directory_.Write("input/data/validation/part-0", Records(MakeRows(200, BinaryLabel, 8)));
  Configure(R"({"predictor_type": "binary_classifier", "epochs": "2"})", R"({"train": {}, "validation": {}})");
  ASSERT_EQ(Train(), 0) << log_.str();
  const std::string log = log_.str();
  EXPECT_THAT(log, HasSubstr("Number of models trained side by side: 17\n"));
  EXPECT_THAT(log, HasSubstr("Optimizer auto: 5 models go by L-BFGS on all rows"));
  EXPECT_THAT(log, ContainsRegex("#quality_metric: host=algo-1, epoch=0, train "
                                 "binary_classification_cross_entropy_objective <loss>=0.[0-9]+\n"));
  EXPECT_THAT(log, ContainsRegex("#quality_metric: host=algo-1, epoch=1, validation "
                                 "binary_classification_cross_entropy_objective <loss>=0.[0-9]+\n"));
  EXPECT_THAT(log, ContainsRegex("#early_stopping_criteria_metric: host=algo-1, epoch=0, "
                                 "criteria=binary_classification_cross_entropy_objective, value=0.[0-9]+\n"));
  EXPECT_THAT(log, HasSubstr("Epoch 0: Loss improved. Updating best model\n"));
  EXPECT_THAT(log, HasSubstr("#progress_metric: host=algo-1, completed 100.0 % of epochs\n"));
  EXPECT_THAT(log, ContainsRegex("#throughput_metric: host=algo-1, train throughput=[0-9.]+ records/second\n"));
  EXPECT_THAT(log, ContainsRegex(R"(#validation_score \(algo-1\) : \('binary_f_1.000', 0.[0-9]+\))"));
  for (const std::string name : {"binary_classification_accuracy", "binary_f_1.000", "precision", "recall", "roc_auc_score"}) {
    EXPECT_THAT(log, ContainsRegex("#quality_metric: host=algo-1, validation " + name + " <score>=[01].[0-9]+\n"));
  }
  EXPECT_THAT(log, ContainsRegex(R"re(Best model found for hyperparameters: \{"optimizer": "(auto|adam)", "learning_rate": 0.)re"));
  EXPECT_THAT(log, HasSubstr("Test data is not provided.\n"));
  EXPECT_THAT(log, HasSubstr("\"Algorithm\": \"Linear Learner\""));
}

TEST_F(LinearLearnerContainerTest, ChoosesThresholdAndModelOnTheValidationChannel) {
  directory_.Write("input/data/train/part-0", Records(MakeRows(600, BinaryLabel)));
  // The other way around there: whatever the model, calling all rows 1 gives the best recall.
  Rows turned = MakeRows(200, BinaryLabel, 8);
  for (double& label : turned.labels) label = 1 - label;
  directory_.Write("input/data/validation/part-0", Records(turned));
  Configure(R"({"predictor_type": "binary_classifier", "binary_classifier_model_selection_criteria": "f_beta", "f_beta": "9"})",
            R"({"train": {}, "validation": {}})");
  ASSERT_EQ(Train(), 0) << log_.str();
  EXPECT_GT(Logged("validation recall <score>=(\\S+)"), 0.99);
  EXPECT_THAT(Predict({-0.2F, -0.2F, 0})[1].values, ElementsAre(1));
}

TEST_F(LinearLearnerContainerTest, StopsEarlyAfterOneEpochThatBringsTheLearningRateDown) {
  directory_.Write("input/data/train/part-0", Records(MakeRows(600, NumberLabel)));
  Configure(R"({"predictor_type": "regressor", "epochs": "50", "early_stopping_tolerance": "0.9", "early_stopping_patience": "2",
                "num_models": "1", "learning_rate": "0.02"})");
  ASSERT_EQ(Train(), 0) << log_.str();
  EXPECT_THAT(log_.str(), HasSubstr("One more epoch brings the learning rate down."));
  EXPECT_THAT(log_.str(), HasSubstr("Early stop condition met. Stopping training."));
  EXPECT_LT(Logged("\"epochs\": \\{\"sum\": ([0-9.]+)"), 30);
}

TEST_F(LinearLearnerContainerTest, GivesTheSameModelForTheSameSeedAndAnotherForAnother) {
  directory_.Write("input/data/train/part-0", Records(MakeRows(300, BinaryLabel)));
  Configure(R"({"predictor_type": "binary_classifier", "optimizer": "adam"})");
  const auto train = [&](const char* seed) {
    setenv("SAGESPARK_SEED", seed, 1);
    EXPECT_EQ(Train(), 0);
    unsetenv("SAGESPARK_SEED");
    return ModelBytes();
  };
  const std::string first = train("1");
  EXPECT_EQ(train("1"), first);
  EXPECT_NE(train("2"), first);
}

TEST_F(LinearLearnerContainerTest, ReadsItsModelAsADocumentedZip) {
  directory_.Write("input/data/train/part-0", Records(MakeRows(300, NumberLabel)));
  Configure(R"({"predictor_type": "regressor", "loss": "huber_loss", "huber_delta": "0.5"})");
  ASSERT_EQ(Train(), 0) << log_.str();
  ASSERT_OK_AND_ASSIGN(const auto entries, archive::ReadZip(ModelBytes()));
  ASSERT_EQ(entries.size(), 4);
  EXPECT_EQ(entries[0].name, "additional-params.json");
  EXPECT_EQ(entries[1].name, "manifest.json");
  EXPECT_EQ(entries[2].name, "mx-mod-symbol.json");
  EXPECT_EQ(entries[3].name, "mx-mod-0000.params");
  EXPECT_THAT(entries[0].bytes, HasSubstr(R"("huber_delta":0.5)"));
  ASSERT_OK_AND_ASSIGN(const auto arrays, codec::ReadNdArrays(entries[3].bytes));
  ASSERT_EQ(arrays.size(), 2);
  EXPECT_EQ(arrays[0].name, "arg:fc0_weight");
  EXPECT_THAT(arrays[0].shape, ElementsAre(1, 3));
  EXPECT_EQ(arrays[1].name, "arg:fc0_bias");
  ASSERT_OK_AND_ASSIGN(const algo::LinearModel model, ReadLinearLearnerModel(ModelFolder()));
  EXPECT_EQ(EncodeLinearLearnerModel(model), ModelBytes());
}

// tests/goldens/make_linear_learner_model.py wrote these.
TEST_F(LinearLearnerContainerTest, ReadsModelsOfAnIndependentWriter) {
  directory_.Write("model/model_algo-1", ReadFile(SourcePath("tests/goldens/linear_learner/binary")));
  // z = 1 - 2 - 0.3 + 0.25 = -1.05, above -ln 3 = -1.0986, where the score is the threshold; then -1.15.
  const auto above = Predict({1, 1, -0.6F});
  EXPECT_THAT(above[0].values, ElementsAre(FloatNear(static_cast<float>(1 / (1 + std::exp(1.05))), 1e-6F)));
  EXPECT_THAT(above[1].values, ElementsAre(1));
  EXPECT_THAT(Predict({1, 1, -0.8F})[1].values, ElementsAre(0));

  directory_.Write("model/model_algo-1", ReadFile(SourcePath("tests/goldens/linear_learner/multiclass")));
  const auto classes = Predict({0, 1});
  EXPECT_THAT(classes[1].values, ElementsAre(1));
  const float sum = 1 + std::exp(1.0F) + std::exp(-1.0F);
  EXPECT_THAT(classes[0].values, ElementsAre(FloatNear(1 / sum, 1e-6F), FloatNear(std::exp(1.0F) / sum, 1e-6F),
                                             FloatNear(std::exp(-1.0F) / sum, 1e-6F)));
}

TEST_F(LinearLearnerContainerTest, RefusesTornModelsAndThoseOfOtherAlgorithms) {
  const std::string whole = ReadFile(SourcePath("tests/goldens/linear_learner/binary"));
  const std::string kmeans = codec::WriteNdArrays({{.name = "", .shape = {1, 1}, .values = {1}}});
  const std::string machines = archive::WriteZip({{"symbol.json", "{}"}, {"params", kmeans}, {"meta.json", "{}"}});
  const auto with_parameters = [&](std::string_view parameters) {
    std::vector<archive::ZipEntry> entries = *archive::ReadZip(whole);
    entries[0].bytes = parameters;
    return archive::WriteZip(entries);
  };
  struct Case {
    std::string bytes;
    std::string message;
  };
  const std::vector<Case> cases = {
      {whole.substr(0, whole.size() / 2), "model_algo-1"},
      {kmeans, "model_algo-1"},
      {machines, "Model is none of the linear learner: it has no additional-params.json"},
      {with_parameters("{"), "model_algo-1"},
      {with_parameters("{}"), "predictor_type"},
      {with_parameters(R"({"predictor_type": "ranker"})"), "predictor_type = \"ranker\""},
      {with_parameters(R"({"predictor_type": "multiclass_classifier"})"), "does not go with its predictor_type"},
      {with_parameters(R"({"predictor_type": "binary_classifier", "threshold": "high"})"), "threshold is no number"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.message);
    directory_.Write("model/model_algo-1", c.bytes);
    EXPECT_THAT(ReadLinearLearnerModel(ModelFolder()), IsError(ErrorKind::kCorruptData, HasSubstr(c.message)));
  }
  std::filesystem::remove(ModelFolder() / "model_algo-1");
  EXPECT_THAT(ReadLinearLearnerModel(ModelFolder()), IsError(ErrorKind::kNotFound, HasSubstr("model_algo-1")));
}

TEST_F(LinearLearnerContainerTest, BadInputEndsTheJobWithItsReason) {
  struct Case {
    std::string hyperparameters;
    std::string csv;
    std::string failure;
  };
  const std::string binary = R"({"predictor_type": "binary_classifier"})";
  const std::vector<Case> cases = {
      {binary, "1,2,3\n2,1,1\n", "Label is no class: 2 in row 2, valid are the integers 0 to 1 (binary_classifier)"},
      {R"({"predictor_type": "multiclass_classifier", "num_classes": "3"})", "1,2,3\n3,1,1\n",
       "Label is no class: 3 in row 2, valid are the integers 0 to 2 (multiclass_classifier)"},
      {R"({"predictor_type": "multiclass_classifier"})", "1,2,3\n", "Required hyperparameter is missing: num_classes"},
      {R"({"predictor_type": "ranker"})", "1,2,3\n", "predictor_type = \"ranker\""},
      {R"({"predictor_type": "regressor", "k": "3"})", "1,2,3\n", "Hyperparameter is unknown to linear learner: k"},
      {binary, "1,nan,3\n", "part-0"},
      {binary, "nan,1,3\n", "part-0"},
      {binary, "1,2,3\n0,1\n", "part-0"},
      {R"({"predictor_type": "binary_classifier", "feature_dim": "3"})", "1,2,3\n", "part-0"},
      {binary, "", "train"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.csv + c.failure);
    directory_.Write("input/data/train/part-0", c.csv);
    Configure(c.hyperparameters, R"({"train": {"ContentType": "text/csv"}})");
    EXPECT_EQ(Train(), 1);
    EXPECT_THAT(Failure(), HasSubstr(c.failure));
    EXPECT_THAT(Failure(), testing::StartsWith("ClientError: "));
    EXPECT_FALSE(std::filesystem::exists(ModelFolder() / "model_algo-1"));
  }
}

TEST_F(LinearLearnerContainerTest, RefusesRecordsWithoutALabelAndNamesTheChannelOfABadOne) {
  directory_.Write("input/data/train/part-0", Records(MakeRows(50, BinaryLabel)));
  directory_.Write("input/data/validation/part-0", Records(MakeRows(50, ClassLabel)));
  Configure(R"({"predictor_type": "binary_classifier"})", R"({"train": {}, "validation": {}})");
  EXPECT_EQ(Train(), 1);
  EXPECT_THAT(Failure(), HasSubstr("Channel \"validation\": Label is no class"));

  std::string bytes;
  codec::RecordEncoder encoder;
  const std::vector<double> values = {1, 2, 3};
  ASSERT_OK(encoder.Append({.size = 3, .indices = {}, .values = values}, std::nullopt, bytes));
  directory_.Write("input/data/train/part-0", bytes);
  Configure(R"({"predictor_type": "binary_classifier"})");
  EXPECT_EQ(Train(), 1);
  EXPECT_THAT(Failure(), HasSubstr("part-0"));
  EXPECT_THAT(Failure(), HasSubstr("abel"));
}

}  // namespace
}  // namespace sagespark::container
