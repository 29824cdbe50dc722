#include "sagespark/container/factorization_machines/factorization_machines_model_file.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <vector>

#include "sagespark/algo/factorization_machines/predict.h"
#include "sagespark/algo/factorization_machines/scores.h"
#include "sagespark/base/archive/zip.h"
#include "sagespark/base/json/value.h"
#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/container/factorization_machines/symbol_json.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::container {
namespace {

using algo::FactorizationMachinesModel;
using algo::FactorizationMachinesTask;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

using Entries = std::vector<archive::ZipEntry>;

std::string Encode(const FactorizationMachinesModel& model, const std::map<std::string, std::string>& parameters = {}) {
  ThreadPool pool(2);
  std::string bytes;
  const Status written = WriteFactorizationMachinesModel(model, parameters, pool, [&](std::string_view piece) {
    bytes += piece;
    return Status::Ok();
  });
  EXPECT_OK(written);
  return bytes;
}

FactorizationMachinesModel SmallModel() {
  return {FactorizationMachinesTask::kBinaryClassifier, 0.5F, linalg::Matrix<float>(2, 3, {1, 2, 10, 3, 4, 20})};
}

/// What make_factorization_machines_models.py scored its rows with.
std::vector<double> MarginsOf(const FactorizationMachinesModel& model) {
  ThreadPool pool(1);
  const linalg::Matrix<float> rows(3, 5, {0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0.5, -1, 0.25, 0, 3});
  std::vector<double> margins(3);
  EXPECT_OK(algo::PredictMargins(model, rows.view(), pool, margins));
  return margins;
}

std::vector<double> Golden(int line) {
  std::ifstream file(SourcePath("tests/goldens/factorization_machines/scores.txt"));
  std::vector<double> values(6);
  for (double& value : values) file >> value;
  return {values.begin() + 3 * line, values.begin() + 3 * line + 3};
}

std::string GoldenModel(const std::string& name) {
  return ReadFile(SourcePath("tests/goldens/factorization_machines/" + name + "_model_algo-1"));
}

TEST(FactorizationMachinesModelFileTest, ReadsTheModelsOfNewerImages) {
  ASSERT_OK_AND_ASSIGN(const auto model, DecodeFactorizationMachinesModel(GoldenModel("newer")));
  EXPECT_EQ(model.task(), FactorizationMachinesTask::kRegressor);
  EXPECT_EQ(model.num_factors(), 2);
  EXPECT_THAT(MarginsOf(model), Pointwise(DoubleNear(1e-6), Golden(0)));
}

TEST(FactorizationMachinesModelFileTest, ReadsTheModelsOfOlderImages) {
  ASSERT_OK_AND_ASSIGN(const auto model, DecodeFactorizationMachinesModel(GoldenModel("older")));
  EXPECT_EQ(model.task(), FactorizationMachinesTask::kBinaryClassifier);  // As the graph says; meta.json does not.
  EXPECT_EQ(model.num_factors(), 2);
  std::vector<double> scores;
  for (const double margin : MarginsOf(model)) scores.push_back(algo::LogisticScore(margin));
  EXPECT_THAT(scores, Pointwise(DoubleNear(1e-6), Golden(1)));
}

TEST(FactorizationMachinesModelFileTest, WritesArraysUnderTheirNamesAndShapes) {
  ASSERT_OK_AND_ASSIGN(const Entries entries, archive::ReadZip(Encode(SmallModel(), {{"epochs", "3"}})));
  ASSERT_EQ(entries.size(), 3);
  EXPECT_EQ(entries[0].name, "meta.json");
  EXPECT_EQ(entries[0].bytes,
            R"({"training_parameters":{"epochs":"3","feature_dim":2,"num_factors":2,"predictor_type":"binary_classifier"}})");
  EXPECT_EQ(entries[1].name, "symbol.json");
  EXPECT_THAT(entries[1].bytes, HasSubstr("LogisticRegressionOutput"));
  EXPECT_EQ(entries[2].name, "params");
  const codec::NdArray v{.name = "arg:v", .shape = {2, 2}, .values = {1, 2, 3, 4}};
  const codec::NdArray w1{.name = "arg:w1_weight", .shape = {2, 1}, .values = {10, 20}};
  const codec::NdArray w0{.name = "arg:w0_weight", .shape = {1}, .values = {0.5}};
  EXPECT_EQ(entries[2].bytes, codec::WriteNdArrays({v, w1, w0}));
}

TEST(FactorizationMachinesModelFileTest, ReadsWhatItWroteInManyPieces) {
  constexpr int64_t kFeatures = 20'000;
  linalg::Matrix<float> weights(kFeatures, 4);
  for (int64_t i = 0; i < 4 * kFeatures; ++i) weights(i / 4, i % 4) = static_cast<float>(i) / 7;
  const FactorizationMachinesModel model(FactorizationMachinesTask::kRegressor, -2, weights);
  ASSERT_OK_AND_ASSIGN(const auto read, DecodeFactorizationMachinesModel(Encode(model)));
  EXPECT_EQ(read.task(), model.task());
  EXPECT_EQ(read.bias(), -2);
  EXPECT_EQ(read.weights(), weights);
}

TEST(FactorizationMachinesModelFileTest, WritesNoModelOfATrainingThatDiverged) {
  ThreadPool pool(1);
  const FactorizationMachinesModel model(FactorizationMachinesTask::kRegressor, 0,
                                         linalg::Matrix<float>(1, 2, {1, std::numeric_limits<float>::infinity()}));
  const auto ignore = [](std::string_view) { return Status::Ok(); };
  EXPECT_THAT(WriteFactorizationMachinesModel(model, {}, pool, ignore),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("Training diverged, a parameter is not finite")));
}

TEST(FactorizationMachinesModelFileTest, SaysWhatIsWrongWithAFile) {
  const std::string meta = R"({"training_parameters": {"feature_dim": 2, "predictor_type": "regressor"}})";
  const codec::NdArray v{.name = "v", .shape = {2, 1}, .values = {1, 2}};
  const codec::NdArray w1{.name = "w1_weight", .shape = {2, 1}, .values = {3, 4}};
  const codec::NdArray w0{.name = "w0_weight", .shape = {1}, .values = {5}};
  const std::string params = codec::WriteNdArrays({v, w1, w0});
  ASSERT_OK(DecodeFactorizationMachinesModel(archive::WriteZip({{"meta.json", meta}, {"params", params}})).status());
  const struct {
    const char* name;
    Entries entries;
    const char* message;
  } cases[] = {
      {"linear learner's", {{"additional-params.json", "{}"}, {"manifest.json", "{}"}},
       "File is no factorization machines model: the zip has no entry meta.json; it has additional-params.json, manifest.json"},
      {"no params", {{"meta.json", meta}}, "the zip has no entry params"},
      {"no JSON", {{"meta.json", "{"}, {"params", params}}, "meta.json: "},
      {"no parameters", {{"meta.json", "{}"}, {"params", params}}, "has no training_parameters"},
      {"no feature_dim", {{"meta.json", R"({"training_parameters": {}})"}, {"params", params}}, "has no feature_dim"},
      {"no predictor", {{"meta.json", R"({"training_parameters": {"feature_dim": 2}})"}, {"params", params}},
       "neither meta.json nor symbol.json says its predictor_type"},
      {"other predictor", {{"meta.json", R"({"training_parameters": {"feature_dim": 2, "predictor_type": "ranker"}})"}, {"params", params}},
       "its predictor_type is \"ranker\""},
      {"other length", {{"meta.json", R"({"training_parameters": {"feature_dim": 3, "predictor_type": "regressor"}})"}, {"params", params}},
       "its meta.json says feature_dim 3, its params have 2 features"},
      {"feature_dim is no number", {{"meta.json", R"({"training_parameters": {"feature_dim": "2x", "predictor_type": "regressor"}})"}, {"params", params}},
       "its meta.json says feature_dim \"2x\""},
      {"torn params", {{"meta.json", meta}, {"params", params.substr(0, params.size() - 1)}}, "params: MXNet ndarray file is malformed: cut"},
      {"no v", {{"meta.json", meta}, {"params", codec::WriteNdArrays({w1, w0})}}, "its params have no array v; they have \"w1_weight\", \"w0_weight\""},
      {"k-means'", {{"meta.json", meta}, {"params", codec::WriteNdArrays({{.name = "", .shape = {1, 1}, .values = {1}}})}},
       "its params have no array v; they have \"\""},
      {"no w0", {{"meta.json", meta}, {"params", codec::WriteNdArrays({v, w1})}}, "no array w0_weight"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    EXPECT_THAT(DecodeFactorizationMachinesModel(archive::WriteZip(test_case.entries)).status(),
                IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

TEST(FactorizationMachinesModelFileTest, RefusesEveryFileThatIsCut) {
  const std::string bytes = GoldenModel("older");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(DecodeFactorizationMachinesModel(bytes.substr(0, size)).status(),
                IsError(ErrorKind::kCorruptData, HasSubstr("zip")))
        << size;
  }
}

TEST(ReadFactorizationMachinesModelTest, NamesTheFile) {
  const TemporaryFolder directory;
  EXPECT_THAT(ReadFactorizationMachinesModel(directory.path()).status(),
              IsError(ErrorKind::kNotFound, HasSubstr((directory.path() / "model_algo-1").string())));
  directory.Write("model_algo-1", "no zip");
  EXPECT_THAT(ReadFactorizationMachinesModel(directory.path()).status(),
              IsError(ErrorKind::kCorruptData, HasSubstr((directory.path() / "model_algo-1").string())));
  directory.Write("model_algo-1", Encode(SmallModel()));
  EXPECT_OK(ReadFactorizationMachinesModel(directory.path()).status());
}

TEST(FactorizationMachinesSymbolTest, IsAGraphWhoseInputsComeFirst) {
  ASSERT_OK_AND_ASSIGN(const json::Value graph,
                       json::Parse(FactorizationMachinesSymbol(FactorizationMachinesTask::kRegressor, 1000, 8)));
  const json::Array& nodes = *graph.Find("nodes")->if_array();
  std::vector<std::string> variables;
  for (int64_t i = 0; i < std::ssize(nodes); ++i) {
    for (const json::Value& input : *nodes[i].Find("inputs")->if_array()) {
      EXPECT_LT(*(*input.if_array())[0].if_int(), i);
    }
    if (*nodes[i].Find("op") == json::Value("null")) variables.push_back(*nodes[i].Find("name")->if_string());
  }
  EXPECT_THAT(variables, ElementsAre("data", "v", "w1_weight", "w0_weight", "out_label"));
  EXPECT_EQ(*nodes.back().Find("op"), json::Value("LinearRegressionOutput"));
  EXPECT_EQ(*nodes[1].Find("attrs")->Find("__shape__"), json::Value("(1000, 8)"));
}

}  // namespace
}  // namespace sagespark::container
