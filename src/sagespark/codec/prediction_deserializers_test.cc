#include "sagespark/codec/prediction_deserializers.h"

#include "record.pb.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/data/testing/batch_json.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::codec {
namespace {

using data::testing::JsonOf;
using ::testing::HasSubstr;

std::string Answer(const std::vector<std::pair<std::string, std::vector<float>>>& labels) {
  aialgs::data::Record record;
  for (const auto& [name, values] : labels) {
    auto* tensor = (*record.mutable_label())[name].mutable_float32_tensor();
    for (const float value : values) tensor->add_values(value);
  }
  std::string frame;
  EXPECT_OK(AppendRecordIoFrame(record.SerializeAsString(), frame));
  return frame;
}

TEST(PredictionDeserializersTest, TakeTheColumnsOfTheirAlgorithms) {
  const std::string one = Answer({{"score", {0.25f}}, {"predicted_label", {1}}});
  const std::string many = Answer({{"score", {0.25f, 0.5f}}, {"predicted_label", {1}}});
  const std::string vectors = Answer({{"projection", {2.5f}}, {"topic_mixture", {0.5f, 0.5f}}});
  const auto json = [](const ResponseRowDeserializer& deserializer, const std::string& body) {
    const auto batch = deserializer.Deserialize(body, 1);
    EXPECT_OK(batch);
    return batch.ok() ? batch->schema().fields()[0].name + JsonOf(*batch) : "";
  };
  EXPECT_EQ(json(PCAProtobufResponseRowDeserializer(), vectors), "projection[[[2.5]]]");
  EXPECT_EQ(json(LDAProtobufResponseRowDeserializer("t"), vectors), "t[[[0.5,0.5]]]");
  EXPECT_EQ(json(LinearLearnerBinaryClassifierProtobufResponseRowDeserializer("s", "l"), one), "s[[0.25,1.0]]");
  EXPECT_EQ(json(LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer(), many), "score[[[0.25,0.5],1.0]]");
  EXPECT_EQ(json(LinearLearnerRegressorProtobufResponseRowDeserializer(), one), "score[[0.25]]");
  EXPECT_EQ(json(FactorizationMachinesBinaryClassifierDeserializer(), one), "score[[0.25,1.0]]");
  EXPECT_EQ(json(FactorizationMachinesRegressorDeserializer(), one), "score[[0.25]]");
}

TEST(XGBoostCSVRowDeserializerTest, ReadsLinesAndCommaLists) {
  const XGBoostCSVRowDeserializer deserializer;
  for (const char* body : {"0.5\n1.25\n-3e-2\n", "0.5,1.25,-0.03", "0.5, 1.25,\r\n-0.03"}) {
    ASSERT_OK_AND_ASSIGN(const data::Batch batch, deserializer.Deserialize(body, 3));
    EXPECT_EQ(JsonOf(batch), "[[0.5],[1.25],[-0.03]]") << body;
  }
  EXPECT_THAT(deserializer.Deserialize("1\n2\n", 3).status(),
              IsError(ErrorKind::kCorruptData, HasSubstr("2 predictions for 3 rows")));
  EXPECT_THAT(deserializer.Deserialize("1\nx\n", 2).status(), IsError(ErrorKind::kCorruptData, HasSubstr("in row 1")));
}

TEST(XGBoostCSVVectorRowDeserializerTest, ReadsAVectorARowFromLinesAndFromOneList) {
  const XGBoostCSVVectorRowDeserializer deserializer("probabilities");
  for (const char* body : {"0.25,0.75\n1,0\n", "0.25,0.75,1.0,0.0"}) {
    ASSERT_OK_AND_ASSIGN(const data::Batch batch, deserializer.Deserialize(body, 2));
    EXPECT_EQ(JsonOf(batch), "[[[0.25,0.75]],[[1.0,0.0]]]") << body;
  }
  EXPECT_EQ(JsonOf(*deserializer.Deserialize("5\n6\n", 2)), "[[[5.0]],[[6.0]]]");
  EXPECT_THAT(deserializer.Deserialize("1,2\n3\n", 2).status(),
              IsError(ErrorKind::kCorruptData, HasSubstr("3 predictions for 2 rows")));
  EXPECT_THAT(deserializer.Deserialize("", 2).status(), IsError(ErrorKind::kCorruptData, HasSubstr("0 predictions for 2 rows")));
}

}  // namespace
}  // namespace sagespark::codec
