#include <thread>

#include "record.pb.h"
#include "sagespark/codec/protobuf_request_row_serializer.h"
#include "sagespark/codec/protobuf_response_row_deserializer.h"
#include "sagespark/codec/record_decoder.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/codec/row_block.h"
#include "sagespark/codec/text_request_row_serializers.h"
#include "sagespark/codec/text_rows.h"
#include "sagespark/codec/training_row_writer.h"
#include "sagespark/data/testing/batch_json.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::codec {
namespace {

using data::TypeId;
using data::testing::BatchFromJson;
using data::testing::JsonOf;
using data::testing::SchemaOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

data::Batch BatchOf(std::string_view rows) {
  auto batch = BatchFromJson(SchemaOf({{"label", TypeId::kInteger}, {"features", TypeId::kVector}, {"t", TypeId::kString}}), rows);
  EXPECT_OK(batch);
  return *std::move(batch);
}

data::Batch ThreeRows() {
  return BatchOf(R"([[5, [1, 0, 2.5], "a"], [0, {"size": 3, "indices": [1], "values": [4]}, "b"], [-1, [7, 8, 9], "c"]])");
}

RowBlock Parse(const std::string& frames, LabelRule labels = LabelRule::kIgnored) {
  RowBlock block({.labels = labels});
  RecordIoReader reader{std::string_view(frames)};
  RecordDecoder record;
  while (true) {
    const auto payload = reader.Next();
    EXPECT_OK(payload);
    if (!payload.ok() || !payload->has_value()) return block;
    EXPECT_OK(record.Decode(**payload));
    EXPECT_OK(block.AppendRecord(record));
  }
}

/// Whether the first record of the frames has a label.
bool HasLabels(const std::string& frames) {
  RecordIoReader reader{std::string_view(frames)};
  RecordDecoder record;
  EXPECT_OK(record.Decode(reader.Next()->value()));
  return record.Label() != nullptr;
}

TEST(ProtobufRequestRowSerializerTest, FillsPayloadsUpToTheLimitInclusive) {
  const ProtobufRequestRowSerializer serializer;
  const data::Batch batch = ThreeRows();
  std::string all;
  EXPECT_THAT(serializer.Append(batch, 0, 1 << 20, all), HasValue(3));
  EXPECT_THAT(Parse(all).values(), ElementsAre(1, 0, 2.5, 0, 4, 0, 7, 8, 9));
  EXPECT_FALSE(HasLabels(all));
  std::string exact;
  EXPECT_THAT(serializer.Append(batch, 0, all.size(), exact), HasValue(3));
  std::string less;
  EXPECT_THAT(serializer.Append(batch, 0, all.size() - 1, less), HasValue(2));
  std::string rest;
  EXPECT_THAT(serializer.Append(batch, 2, all.size(), rest), HasValue(1));
  EXPECT_EQ(less + rest, all);
}

TEST(ProtobufRequestRowSerializerTest, NamesARowThatDoesNotFit) {
  std::string out = "kept";
  EXPECT_THAT(ProtobufRequestRowSerializer().Append(ThreeRows(), 1, 10, out).status(),
              IsError(ErrorKind::kResourceLimit, HasSubstr("row 1 has ")));
  EXPECT_EQ(out, "kept");
}

TEST(ProtobufRequestRowSerializerTest, NamesNullRowsAndWrongColumns) {
  const ProtobufRequestRowSerializer serializer;
  std::string out;
  EXPECT_THAT(serializer.Append(BatchOf(R"([[1, [1], "a"], [1, null, "b"]])"), 0, 1000, out).status(),
              IsError(ErrorKind::kCorruptData, "Row is null: column \"features\", row 1"));
  EXPECT_THAT(ProtobufRequestRowSerializer("t").ValidateSchema(ThreeRows().schema()),
              IsError(ErrorKind::kSchemaMismatch, "Features column is not a vector: \"t\" has type string"));
  EXPECT_OK(serializer.ValidateSchema(ThreeRows().schema()));
}

TEST(TextRequestRowSerializersTest, WriteLibSvmAndCsvLines) {
  std::string libsvm;
  EXPECT_THAT(LibSVMRequestRowSerializer().Append(ThreeRows(), 0, 1000, libsvm), HasValue(3));
  EXPECT_EQ(libsvm, "5.0 1:1.0 3:2.5\n0.0 2:4.0\n-1.0 1:7.0 2:8.0 3:9.0\n");
  std::string unlabeled;
  EXPECT_THAT(UnlabeledLibSVMRequestRowSerializer().Append(ThreeRows(), 1, 1000, unlabeled), HasValue(2));
  EXPECT_EQ(unlabeled, "0.0 2:4.0\n0.0 1:7.0 2:8.0 3:9.0\n");
  std::string csv;
  EXPECT_THAT(UnlabeledCSVRequestRowSerializer().Append(ThreeRows(), 0, 1000, csv), HasValue(3));
  EXPECT_EQ(csv, "1.0,0.0,2.5\n0.0,4.0,0.0\n7.0,8.0,9.0\n");
}

TEST(AppendJavaDoubleTest, WritesWhatJavasDoubleToStringWrites) {
  const std::pair<double, const char*> cases[] = {
      {0, "0.0"}, {-0.0, "-0.0"}, {5, "5.0"}, {-1.5, "-1.5"}, {9999999, "9999999.0"}, {1e7, "1.0E7"},
      {12345678.9, "1.23456789E7"}, {0.001, "0.001"}, {0.00123, "0.00123"}, {0.0001, "1.0E-4"}, {0.1, "0.1"},
      {1767.897705078125, "1767.897705078125"}, {1.7976931348623157e308, "1.7976931348623157E308"},
      {4.9e-324, "4.9E-324"}, {1e23, "1.0E23"}, {2e-3, "0.002"}, {100.25, "100.25"}};
  for (const auto& [value, text] : cases) {
    std::string out;
    AppendJavaDouble(value, out);
    EXPECT_EQ(out, text);
  }
}

TEST(TrainingRowWriterTest, WritesLabelsAndFeatures) {
  const auto writer = MakeProtobufTrainingRowWriter({});
  std::string out;
  ASSERT_OK(writer->Append(ThreeRows(), 0, 2, out));
  ASSERT_OK(writer->Append(ThreeRows(), 2, 1, out));
  EXPECT_EQ(writer->vector_length(), 3);
  EXPECT_EQ(writer->rows_written(), 3);
  const RowBlock block = Parse(out, LabelRule::kRequired);
  EXPECT_THAT(block.values(), ElementsAre(1, 0, 2.5, 0, 4, 0, 7, 8, 9));
  EXPECT_THAT(block.labels(), ElementsAre(5, 0, -1));
  std::string csv;
  ASSERT_OK(MakeCsvTrainingRowWriter({})->Append(ThreeRows(), 0, 2, csv));
  EXPECT_EQ(csv, "5.0,1.0,0.0,2.5\n0.0,0.0,4.0,0.0\n");
  std::string libsvm;
  ASSERT_OK(MakeLibSvmTrainingRowWriter({})->Append(ThreeRows(), 0, 1, libsvm));
  EXPECT_EQ(libsvm, "5.0 1:1.0 3:2.5\n");
}

TEST(TrainingRowWriterTest, TakesRowsWithoutLabelsUnlessOneIsNamed) {
  const data::Batch unlabeled = ThreeRows().Select({1});
  std::string out;
  ASSERT_OK(MakeProtobufTrainingRowWriter({})->Append(unlabeled, 0, 3, out));
  EXPECT_FALSE(HasLabels(out));
  EXPECT_THAT(MakeProtobufTrainingRowWriter({.label = "y"})->ValidateSchema(unlabeled.schema()),
              IsError(ErrorKind::kSchemaMismatch, HasSubstr("Column does not exist: \"y\"")));
  EXPECT_THAT(MakeLibSvmTrainingRowWriter({})->ValidateSchema(unlabeled.schema()),
              IsError(ErrorKind::kSchemaMismatch, HasSubstr("Column does not exist: \"label\"")));
}

TEST(TrainingRowWriterTest, RefusesRowsThatDoNotFit) {
  const struct {
    const char* name;
    TrainingColumns columns;
    const char* rows;
    ErrorKind kind;
    const char* message;
  } cases[] = {
      {"features missing", {.features = "x"}, "[]", ErrorKind::kSchemaMismatch, "Column does not exist: \"x\""},
      {"features no vector", {.features = "t"}, "[]", ErrorKind::kSchemaMismatch, "\"t\" has type string"},
      {"label no number", {.label = "t"}, "[]", ErrorKind::kSchemaMismatch, "Label column is not numeric: \"t\" has type string"},
      {"null features", {}, R"([[1, [1], ""], [1, null, ""]])", ErrorKind::kCorruptData, "column \"features\", row 1"},
      {"null label", {}, R"([[1, [1], ""], [null, [1], ""]])", ErrorKind::kCorruptData, "column \"label\", row 1"},
      {"another length", {}, R"([[1, [1], ""], [1, {"size": 4, "indices": [], "values": []}, ""]])", ErrorKind::kCorruptData,
       "column \"features\", row 1 has length 4, not 1"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    const auto writer = MakeProtobufTrainingRowWriter(test_case.columns);
    const data::Batch batch = BatchOf(test_case.rows);
    std::string out;
    Status status = writer->ValidateSchema(batch.schema());
    if (status.ok()) status = writer->Append(batch, 0, batch.num_rows(), out);
    EXPECT_THAT(status, IsError(test_case.kind, HasSubstr(test_case.message)));
    EXPECT_EQ(Parse(out).num_rows(), writer->rows_written());
  }
}

std::string KMeansAnswers(int count) {
  std::string frames;
  for (int i = 0; i < count; ++i) {
    aialgs::data::Record record;
    (*record.mutable_label())["closest_cluster"].mutable_float32_tensor()->add_values(static_cast<float>(i));
    (*record.mutable_label())["distance_to_cluster"].mutable_float32_tensor()->add_values(1767.8977f);
    EXPECT_OK(AppendRecordIoFrame(record.SerializeAsString(), frames));
  }
  return frames;
}

TEST(KMeansProtobufResponseRowDeserializerTest, WidensFloatsAsSparksTableShowsThem) {
  const KMeansProtobufResponseRowDeserializer deserializer;
  ASSERT_OK_AND_ASSIGN(const data::Batch batch, deserializer.Deserialize(KMeansAnswers(2), 2));
  EXPECT_EQ(JsonOf(batch), "[[1767.897705078125,0.0],[1767.897705078125,1.0]]");
  EXPECT_EQ(batch.schema().fields(), deserializer.fields());
  EXPECT_EQ(batch.schema().fields()[0].name, "distance_to_cluster");
}

TEST(KMeansProtobufResponseRowDeserializerTest, NamesBothCountsWhenTheyDiffer) {
  const KMeansProtobufResponseRowDeserializer deserializer;
  EXPECT_THAT(deserializer.Deserialize(KMeansAnswers(4), 5).status(),
              IsError(ErrorKind::kCorruptData, "Model answered another number of rows: 4 predictions for 5 rows"));
  EXPECT_THAT(deserializer.Deserialize(KMeansAnswers(6), 5).status(),
              IsError(ErrorKind::kCorruptData, "Model answered another number of rows: 6 predictions for 5 rows"));
  EXPECT_THAT(deserializer.Deserialize("", 1).status(), IsError(ErrorKind::kCorruptData, HasSubstr("0 predictions for 1")));
}

TEST(KMeansProtobufResponseRowDeserializerTest, ServesThreadsAtOnce) {
  const KMeansProtobufResponseRowDeserializer deserializer;
  const std::string answers = KMeansAnswers(100);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 20; ++turn) EXPECT_OK(deserializer.Deserialize(answers, 100));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ProtobufResponseRowDeserializerTest, GivesColumnsTheTypesOfTheSchema) {
  aialgs::data::Record record;
  (*record.mutable_label())["projection"].mutable_float32_tensor()->add_values(2.5f);
  (*record.mutable_label())["predicted_label"].mutable_int32_tensor()->add_values(3);
  (*record.mutable_label())["name"].mutable_bytes()->add_value("seven");
  auto* sparse = (*record.mutable_label())["topics"].mutable_float64_tensor();
  sparse->add_values(0.5);
  sparse->add_keys(4);
  sparse->add_shape(6);
  std::string frames;
  ASSERT_OK(AppendRecordIoFrame(record.SerializeAsString(), frames));
  const ProtobufResponseRowDeserializer deserializer(
      {{"p", TypeId::kVector}, {"y", TypeId::kLong}, {"n", TypeId::kString}, {"t", TypeId::kVector}},
      {"projection", "predicted_label", "name", "topics"});
  ASSERT_OK_AND_ASSIGN(const data::Batch batch, deserializer.Deserialize(frames, 1));
  EXPECT_EQ(JsonOf(batch), R"([[[2.5],3,"seven",{"indices":[4],"size":6,"values":[0.5]}]])");
  EXPECT_THAT(ProtobufResponseRowDeserializer({{"score", TypeId::kDouble}}).Deserialize(frames, 1).status(),
              IsError(ErrorKind::kCorruptData, "Model's answer lacks a value: \"score\" in row 0"));
}

}  // namespace
}  // namespace sagespark::codec
