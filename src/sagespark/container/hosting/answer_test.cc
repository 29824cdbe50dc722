#include "sagespark/container/hosting/answer.h"

#include "sagespark/codec/record_decoder.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

const std::vector<PredictionColumn> kColumns = {{.name = "closest_cluster", .values = {1, 0}},
                                                {.name = "distance_to_cluster", .values = {1467.5154f, 0.1f}}};

RequestRows TwoRows() {
  RequestRows rows{.block = codec::RowBlock(), .uids = {"a", ""}, .metadata = {}};
  for (const float value : {1.0f, 2.0f}) SAGESPARK_CHECK(rows.block.AppendDense({&value, 1}).ok());
  return rows;
}

const RequestRows kRows = TwoRows();

TEST(WriteAnswerTest, WritesText) {
  // 1467.5154 and 0.1 as float32 are these doubles.
  EXPECT_EQ(WriteAnswer(kJson, kColumns, kRows),
            "{\"predictions\": [{\"closest_cluster\": 1.0, \"distance_to_cluster\": 1467.515380859375}, "
            "{\"closest_cluster\": 0.0, \"distance_to_cluster\": 0.10000000149011612}]}");
  EXPECT_EQ(WriteAnswer(kJsonLines, kColumns, kRows),
            "{\"closest_cluster\": 1.0, \"distance_to_cluster\": 1467.515380859375}\n"
            "{\"closest_cluster\": 0.0, \"distance_to_cluster\": 0.10000000149011612}\n");
  EXPECT_EQ(WriteAnswer(kCsv, kColumns, kRows), "1.0,1467.515380859375\n0.0,0.10000000149011612\n");
}

TEST(WriteAnswerTest, NamesTheListAsTheAlgorithmDoes) {
  EXPECT_EQ(WriteAnswer(kJson, {{.name = "projection", .width = 2, .values = {1, 2, 3, 4}}}, kRows, "projections"),
            "{\"projections\": [{\"projection\": [1.0, 2.0]}, {\"projection\": [3.0, 4.0]}]}");
}

TEST(WriteAnswerTest, WritesListsOfNumbers) {
  const std::vector<PredictionColumn> columns = {{.name = "projection", .width = 2, .values = {1, 2, 3, 4}},
                                                 {.name = "one", .is_list = true, .values = {5, 6}}};
  EXPECT_EQ(WriteAnswer(kJsonLines, columns, kRows),
            "{\"projection\": [1.0, 2.0], \"one\": [5.0]}\n{\"projection\": [3.0, 4.0], \"one\": [6.0]}\n");
  EXPECT_EQ(WriteAnswer(kCsv, columns, kRows), "1.0,2.0,5.0\n3.0,4.0,6.0\n");
}

TEST(WriteAnswerTest, WritesIntegersWithoutAFraction) {
  const std::vector<PredictionColumn> columns = {{.name = "predicted_label", .is_integer = true, .values = {1, 0}}};
  EXPECT_EQ(WriteAnswer(kJson, columns, kRows), "{\"predictions\": [{\"predicted_label\": 1}, {\"predicted_label\": 0}]}");
  EXPECT_EQ(WriteAnswer(kCsv, columns, kRows), "1\n0\n");
}

TEST(WriteAnswerTest, WritesRecordsThatEchoTheUid) {
  const std::string body = WriteAnswer(kRecordIoProtobuf, kColumns, kRows);
  codec::RecordIoReader frames(body);
  codec::RecordDecoder record;
  for (size_t row = 0; row < 2; ++row) {
    ASSERT_OK_AND_ASSIGN(const auto message, frames.Next());
    ASSERT_TRUE(message.has_value());
    ASSERT_OK(record.Decode(*message));
    EXPECT_THAT(record.LabelNames(), UnorderedElementsAre("closest_cluster", "distance_to_cluster"));
    EXPECT_THAT(record.Label("closest_cluster")->floats, ElementsAre(kColumns[0].values[row]));
    EXPECT_THAT(record.Label("distance_to_cluster")->floats, ElementsAre(kColumns[1].values[row]));
    EXPECT_EQ(record.uid(), kRows.uids[row]);
  }
  ASSERT_OK_AND_ASSIGN(const auto end, frames.Next());
  EXPECT_FALSE(end.has_value());
}

}  // namespace
}  // namespace sagespark::container
