#include "sagespark/sagemaker/training_log.h"

#include "sagespark/sagemaker/testing/fake_aws.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TrainingLogTest, GivesEachLineOnce) {
  testing::FakeLogs logs;
  TrainingLog log(logs, "job", 1);
  EXPECT_THAT(log.NewLines({}), IsEmpty());  // There is no stream yet.
  logs.stream = "job/algo-1-1700000000";
  logs.pages = {{"a", "b"}, {"c"}};
  EXPECT_THAT(log.NewLines({}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(log.NewLines({}), IsEmpty());
  logs.pages = {{"d"}};
  EXPECT_THAT(log.NewLines({}), ElementsAre("d"));
  EXPECT_EQ(log.Tail(), "a\nb\nc\nd");
}

TEST(TrainingLogTest, TheTailHasTheLastTwentyLines) {
  testing::FakeLogs logs;
  logs.stream = "job/algo-1-1700000000";
  std::vector<std::string> page;
  for (int i = 0; i < 25; ++i) page.push_back(std::to_string(i));
  logs.pages = {page};
  TrainingLog log(logs, "job", 1);
  log.NewLines({});
  EXPECT_EQ(log.Tail(), "5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24");
}

TEST(TrainingLogTest, OtherJobsStreamsAreNotRead) {
  testing::FakeLogs logs;
  logs.stream = "job-2/algo-1-1700000000";
  logs.pages = {{"a"}};
  EXPECT_THAT(TrainingLog(logs, "job", 1).NewLines({}), IsEmpty());
}

TEST(IsMetricLineTest, TellsMetricsAndProgressFromTheRest) {
  EXPECT_TRUE(IsMetricLine("[11/21/2026 14:25:00 INFO 1] #quality_metric: host=algo-1, train msd <loss>=0.064"));
  EXPECT_TRUE(IsMetricLine("#progress_metric: host=algo-1, completed 100.0 % of epochs"));
  EXPECT_FALSE(IsMetricLine("#metrics {\"StartTime\": 1}"));
}

}  // namespace
}  // namespace sagespark::sagemaker
