#include "sagespark/container/training/epoch_log.h"

#include <sstream>

#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

TEST(EpochLogTest, EndsEachEpochWithProgressCountsAndThroughput) {
  std::ostringstream out;
  TrainingLog log(out, {.algorithm = "PCA"});
  EpochLog epochs(log, 2);
  epochs.Begin();
  epochs.CountBatch(100);
  epochs.CountBatch(50);
  EXPECT_EQ(epochs.rows(), 150);
  epochs.End();
  EXPECT_THAT(out.str(), AllOf(HasSubstr("completed 50.0 % of epochs"), HasSubstr("\"Meta\": \"training_data_iter\""),
                               ContainsRegex("\"Total Records Seen\": ..sum.: 150.0"), HasSubstr("train throughput=")));
  out.str("");
  epochs.Begin();
  epochs.CountBatch(100);
  epochs.End();
  EXPECT_THAT(out.str(), AllOf(HasSubstr("completed 100.0 % of epochs"), ContainsRegex("\"epoch\": 1, "),
                               ContainsRegex("\"Total Records Seen\": ..sum.: 250.0"),
                               ContainsRegex("\"Total Batches Seen\": ..sum.: 3.0"),
                               ContainsRegex("\"Max Records Seen Between Resets\": ..sum.: 150.0"),
                               ContainsRegex("\"Number of Batches Since Last Reset\": ..sum.: 1.0"),
                               ContainsRegex("\"Reset Count\": ..sum.: 2.0")));
  const auto totals = epochs.Totals();
  ASSERT_EQ(totals.size(), 2);
  EXPECT_EQ(totals[0].name, "epochs");
  EXPECT_EQ(totals[0].sum, 2);
  EXPECT_EQ(totals[1].name, "update.time");
  EXPECT_EQ(totals[1].count, 2);
}

}  // namespace
}  // namespace sagespark::container
