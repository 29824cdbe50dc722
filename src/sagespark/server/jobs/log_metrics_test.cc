#include "sagespark/server/jobs/log_metrics.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr SystemTime kEarly{std::chrono::seconds(10)};
constexpr SystemTime kLate{std::chrono::seconds(20)};

std::vector<std::string> TextsOf(const LogMetrics& metrics) {
  std::vector<std::string> texts;
  for (const sm::MetricData& metric : metrics.Last()) {
    std::ostringstream text;
    text << *metric.metric_name << "=" << *metric.value << (*metric.timestamp == kLate ? " late" : "");
    texts.push_back(text.str());
  }
  return texts;
}

TEST(LogMetricsTest, ReadsTheLinesOfBuiltInAlgorithms) {
  ASSERT_OK_AND_ASSIGN(const auto metrics, LogMetrics::Make({}));
  metrics->Add({"[11/21/2026 17:25:00 INFO 1] #quality_metric: host=algo-1, train msd <loss>=2.5",
                "#quality_metric: host=algo-1, epoch=0, train msd <loss>=9", "#progress_metric: host=algo-1, completed 50.0 % of epochs",
                "#throughput_metric: host=algo-1, train throughput=1000.5 records/second", "Number of rows=7"},
               kEarly);
  metrics->Add({"#quality_metric: host=algo-2, train msd <loss>=0.5", "#quality_metric: host=algo-1, test dcg <score>=0.25",
                "#quality_metric: host=algo-1, epoch=3, validation multiclass_cross_entropy_objective <loss>=0.125"}, kLate);
  EXPECT_THAT(TextsOf(*metrics), ElementsAre("train:msd=0.5 late", "train:progress=50", "train:throughput=1000.5", "test:dcg=0.25 late",
                                            "validation:objective_loss=0.125 late"));
}

TEST(LogMetricsTest, LeavesOutTheParametersInNames) {
  ASSERT_OK_AND_ASSIGN(const auto metrics, LogMetrics::Make({}));
  metrics->Add({"#quality_metric: host=algo-1, test binary_f_1.000 <score>=0.5", "#quality_metric: host=algo-1, test macro_f_0.500 <score>=0.25",
                "#quality_metric: host=algo-1, test multiclass_top_k_accuracy_3 <score>=1",
                "#quality_metric: host=algo-1, test binary_f_beta <score>=0.75"}, kEarly);
  EXPECT_THAT(TextsOf(*metrics), ElementsAre("test:binary_f_beta=0.75", "test:macro_f_beta=0.25", "test:multiclass_top_k_accuracy=1"));
}

TEST(LogMetricsTest, ReadsTheRoundsOfXGBoost) {
  ASSERT_OK_AND_ASSIGN(const auto metrics, LogMetrics::Make({}));
  metrics->Add({"[17:25:00] INFO: x-y:1", "[0]#011train-merror:0.5#011validation-merror:0.75", "[1]\ttrain-merror:0.25\tvalidation-mlogloss:1e-2"}, kEarly);
  EXPECT_THAT(TextsOf(*metrics), ElementsAre("train:merror=0.25", "validation:merror=0.75", "validation:mlogloss=0.01"));
}

TEST(LogMetricsTest, OwnDefinitionsReplaceThem) {
  ASSERT_OK_AND_ASSIGN(const auto metrics, LogMetrics::Make({{"acc", "accuracy=([0-9.]+)"}, {"loss", R"(loss: (\S+))"}}));
  metrics->Add({"accuracy=0.5, later accuracy=0.75", "loss: 3,", "#quality_metric: host=algo-1, train msd <loss>=2.5", "loss: nan", "loss: much"}, kEarly);
  EXPECT_THAT(TextsOf(*metrics), ElementsAre("acc=0.75", "loss=3"));
}

TEST(LogMetricsTest, AnExpressionThatMatchesNothingEndsNothing) {
  ASSERT_OK_AND_ASSIGN(const auto metrics, LogMetrics::Make({{"any", "(x*)"}}));
  metrics->Add({"abc", ""}, kEarly);
  EXPECT_THAT(TextsOf(*metrics), IsEmpty());
}

TEST(LogMetricsTest, RefusesExpressionsThatCannotBeUsedByName) {
  EXPECT_THAT(LogMetrics::Make({{"bad", "("}}), IsError(ErrorKind::kInvalidArgument, HasSubstr("bad")));
  EXPECT_THAT(LogMetrics::Make({{"ahead", "(?=x)(y)"}}), IsError(ErrorKind::kInvalidArgument, HasSubstr("ahead")));
  EXPECT_THAT(LogMetrics::Make({{"flat", "x"}}), IsError(ErrorKind::kInvalidArgument, HasSubstr("no group for the value: flat")));
}

}  // namespace
}  // namespace sagespark::server
