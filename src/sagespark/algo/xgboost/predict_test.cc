#include "sagespark/algo/xgboost/predict.h"

#include <thread>

#include "sagespark/algo/xgboost/artifact.h"
#include "sagespark/algo/xgboost/testing/golden_rows.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::HasSubstr;

Result<XGBoostPredictor> LoadGoldens(const std::vector<std::string>& files) {
  std::vector<XGBoostBooster> boosters;
  for (const std::string& file : files) {
    SAGESPARK_ASSIGN_OR_RETURN(XGBoostBooster booster, DecodeXGBoostModel(ReadGolden(file), file));
    boosters.push_back(std::move(booster));
  }
  return XGBoostPredictor::Create(std::move(boosters));
}

TEST(XGBoostPredictorTest, PredictsWithModelsThatThePythonPackageSaved) {
  for (const GoldenCase& golden : GoldenCases()) {
    SCOPED_TRACE(golden.name);
    ASSERT_OK_AND_ASSIGN(const XGBoostPredictor predictor, LoadGoldens({golden.model_file}));
    EXPECT_EQ(predictor.num_features(), 5);
    EXPECT_EQ("objective=" + predictor.objective(), golden.parameters[0].first + "=" + golden.parameters[0].second);
    for (const XGBoostRows& rows : {GoldenRows(), AsSparse(GoldenRows())}) {
      ASSERT_OK_AND_ASSIGN(const XGBoostPredictions predictions, predictor.Predict(rows));
      EXPECT_EQ(predictions.values, golden.predictions);
      EXPECT_EQ(predictions.num_rows, rows.num_rows);
      EXPECT_EQ(predictions.width, golden.name == "softprob" ? 3 : 1);
    }
  }
}

TEST(XGBoostPredictorTest, SavedModelsAreReadAgain) {
  ASSERT_OK_AND_ASSIGN(const XGBoostBooster booster, DecodeXGBoostModel(ReadGolden("binary.json"), "binary.json"));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, booster.Save());
  ASSERT_OK_AND_ASSIGN(XGBoostBooster again, DecodeXGBoostModel(bytes, "xgboost-model"));
  ASSERT_OK_AND_ASSIGN(const XGBoostPredictor predictor, XGBoostPredictor::Create({again}));
  EXPECT_EQ(predictor.Predict(GoldenRows())->values, GoldenCases()[1].predictions);
}

TEST(XGBoostPredictorTest, RowsWithoutAnyEntryArePredicted) {
  ASSERT_OK_AND_ASSIGN(const XGBoostPredictor predictor, LoadGoldens({"softmax.ubj"}));
  const XGBoostRows rows{.is_sparse = true, .num_rows = 3, .row_offsets = {0, 0, 0, 0}};
  EXPECT_EQ(predictor.Predict(rows)->values.size(), 3u);
}

TEST(XGBoostPredictorTest, EntriesBeyondTheModelsColumnsChangeNothing) {
  ASSERT_OK_AND_ASSIGN(const XGBoostPredictor predictor, LoadGoldens({"regression.ubj"}));
  const XGBoostRows rows{.is_sparse = true, .num_rows = 2, .num_columns = 2, .values = {1, -1}, .row_offsets = {0, 1, 2},
                         .columns = {0, 1}};
  const XGBoostRows more{.is_sparse = true, .num_rows = 2, .num_columns = 900, .values = {9, 1, 8, -1, 7},
                         .row_offsets = {0, 2, 5}, .columns = {5, 0, 17, 1, 899}};
  EXPECT_EQ(predictor.Predict(more)->values, predictor.Predict(rows)->values);
}

TEST(XGBoostPredictorTest, RefusesDenseRowsOfAnotherLength) {
  ASSERT_OK_AND_ASSIGN(const XGBoostPredictor predictor, LoadGoldens({"regression.ubj"}));
  EXPECT_THAT(predictor.Predict({.num_rows = 1, .num_columns = 4, .values = {1, 2, 3, 4}}),
              IsError(ErrorKind::kSchemaMismatch, HasSubstr("4, not 5")));
}

TEST(XGBoostPredictorTest, SeveralModelsGiveTheirMean) {
  ASSERT_OK_AND_ASSIGN(const XGBoostPredictor ensemble, LoadGoldens({"regression.ubj", "dart.json", "linear.ubj"}));
  const auto cases = GoldenCases();
  ASSERT_OK_AND_ASSIGN(const XGBoostPredictions predictions, ensemble.Predict(GoldenRows()));
  for (size_t row = 0; row < predictions.values.size(); ++row) {
    const float mean = (cases[0].predictions[row] + cases[4].predictions[row] + cases[5].predictions[row]) / 3;
    EXPECT_FLOAT_EQ(predictions.values[row], mean);
  }
  EXPECT_THAT(LoadGoldens({"regression.ubj", "binary.json"}),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("differ in their objective")));
}

TEST(XGBoostPredictorTest, RequestsSideBySideGiveTheSame) {
  for (const std::string file : {"softprob.ubj", "dart.json", "linear.ubj"}) {
    ASSERT_OK_AND_ASSIGN(const XGBoostPredictor predictor, LoadGoldens({file}));
    const auto expected = predictor.Predict(GoldenRows())->values;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 20; ++j) EXPECT_EQ(predictor.Predict(GoldenRows())->values, expected);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(DecodeXGBoostModelTest, RefusesWhatIsNoModelByItsName) {
  const std::string model = ReadGolden("regression.ubj");
  ASSERT_FALSE(model.empty());
  struct Case {
    std::string bytes;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"", "is empty"},
      {"\x80\x04\x95 xgboost.core", "is a Python pickle"},
      {std::string("PK\x03\x04...."), "is a zip"},
      {"binf....", "before XGBoost 1.0"},
      {"weights", "has another format"},
      {model.substr(0, model.size() / 2), "cut off"},
      {model.substr(0, model.size() - 1), "cut off"},
      {"{\"learner\": 1}", "cannot be read"},
  };
  for (const Case& test_case : cases) {
    SCOPED_TRACE(test_case.message);
    EXPECT_THAT(DecodeXGBoostModel(test_case.bytes, "model/xgboost-model"),
                IsError(ErrorKind::kCorruptData,
                        testing::AllOf(HasSubstr("Model file is no XGBoost model: model/xgboost-model"),
                                       HasSubstr(test_case.message))));
  }
}

}  // namespace
}  // namespace sagespark::algo
