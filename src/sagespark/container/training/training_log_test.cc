#include "sagespark/container/training/training_log.h"

#include <sstream>

#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

/// A log at 05/16/2021 12:27:47 UTC, as in a published log of AWS's k-means.
class TrainingLogTest : public testing::Test {
 protected:
  FakeClock clock_{SystemTime(std::chrono::seconds(1621168067))};
  std::ostringstream out_;
  TrainingLog log_{out_, {.algorithm = "AWS/KMeansWebscale", .host = "algo-1", .process_id = 7}, clock_};
};

TEST_F(TrainingLogTest, WritesLinesAsThePublishedLogsHaveThem) {
  log_.Raw("Docker entrypoint called with argument(s): train");
  log_.Info("shrinking 80 centers into 8");
  log_.Warning("careful");
  log_.QualityMetric("train", "msd", "loss", 0.06404909491539001);
  log_.QualityMetric("train", "msd", "loss", 1.5, 0);
  log_.TestScore("ssd", "loss", 0.5);
  log_.Throughput(54276.96611628075);
  log_.Progress(100);
  EXPECT_EQ(out_.str(),
            "Docker entrypoint called with argument(s): train\n"
            "[05/16/2021 12:27:47 INFO 7] shrinking 80 centers into 8\n"
            "[05/16/2021 12:27:47 WARNING 7] careful\n"
            "[05/16/2021 12:27:47 INFO 7] #quality_metric: host=algo-1, train msd <loss>=0.06404909491539001\n"
            "[05/16/2021 12:27:47 INFO 7] #quality_metric: host=algo-1, epoch=0, train msd <loss>=1.5\n"
            "[05/16/2021 12:27:47 INFO 7] #test_score (algo-1) : ('ssd', 0.5)\n"
            "[05/16/2021 12:27:47 INFO 7] #quality_metric: host=algo-1, test ssd <loss>=0.5\n"
            "[05/16/2021 12:27:47 INFO 7] #throughput_metric: host=algo-1, train throughput=54276.96611628075 "
            "records/second\n"
            "[05/16/2021 12:27:47 INFO 7] #progress_metric: host=algo-1, completed 100.0 % of epochs\n");
}

TEST_F(TrainingLogTest, WritesMetricsWithTheirTimesAndDimensions) {
  const SystemTime start = clock_.Now();
  clock_.Advance(milliseconds(500));
  log_.Metrics(start, 0, "training_data_iter", {CountMetric("Total Records Seen", 3218)});
  EXPECT_EQ(out_.str(),
            "#metrics {\"StartTime\": 1621168067.0, \"EndTime\": 1621168067.5, \"Dimensions\": "
            "{\"Algorithm\": \"AWS/KMeansWebscale\", \"Host\": \"algo-1\", \"Operation\": \"training\", \"epoch\": 0, "
            "\"Meta\": \"training_data_iter\"}, \"Metrics\": {\"Total Records Seen\": {\"sum\": 3218.0, \"count\": 1, "
            "\"min\": 3218, \"max\": 3218}}}\n\n");
}

TEST_F(TrainingLogTest, LeavesOutDimensionsThatThereAreNot) {
  log_.Metrics(clock_.Now(), std::nullopt, "", {TimeMetric("setuptime", 11.5)});
  EXPECT_THAT(out_.str(), testing::HasSubstr("\"Operation\": \"training\"}, \"Metrics\": {\"setuptime\": {\"sum\": "
                                             "11.5, \"count\": 1, \"min\": 11.5, \"max\": 11.5}}}"));
}

}  // namespace
}  // namespace sagespark::container
