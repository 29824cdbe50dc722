#include <fstream>
#include <random>

#include "record.pb.h"
#include "sagespark/codec/record_decoder.h"
#include "sagespark/codec/record_encoder.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/codec/row_block.h"
#include "sagespark/data/batch_builder.h"
#include "sagespark/data/testing/batch_json.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Row {
  std::vector<double> values;
  std::optional<std::vector<int32_t>> keys;
  int64_t length = 0;
  std::optional<double> label;

  data::VectorRow vector() const {
    data::VectorRow row{.is_sparse = keys.has_value(), .size = length, .values = values};
    if (keys.has_value()) row.indices = *keys;
    return row;
  }
};

std::string Payload(const std::string& frame) {
  RecordIoReader reader{std::string_view(frame)};
  const auto payload = reader.Next();
  EXPECT_OK(payload);
  return std::string(payload->value_or(""));
}

aialgs::data::Record ByProtobuf(const Row& row) {
  aialgs::data::Record record;
  auto* tensor = (*record.mutable_features())["values"].mutable_float32_tensor();
  for (const double value : row.values) tensor->add_values(static_cast<float>(value));
  if (row.keys.has_value()) {
    for (const int32_t key : *row.keys) tensor->add_keys(static_cast<uint64_t>(key));
    tensor->add_shape(static_cast<uint64_t>(row.length));
  }
  if (row.label) (*record.mutable_label())["values"].mutable_float32_tensor()->add_values(static_cast<float>(*row.label));
  return record;
}

TEST(RecordEncoderTest, WritesTheBytesOfPythonsProtobuf) {
  const Row rows[] = {
      {{1.5, 0, -2.25}, std::nullopt, 3, 7},
      {{1.5, 0, -2.25}, std::nullopt, 3, std::nullopt},
      {{255, 128, 3}, {{0, 127, 128}}, 784, 5},
      {{1, 2, 3, 4}, {{16383, 16384, 2097151, 2097152}}, 2147483647, std::nullopt},
      {{}, {{}}, 784, 0},
      {{}, std::nullopt, 0, std::nullopt},
      {{0.1}, std::nullopt, 1, 1e30},
  };
  RecordEncoder encoder;
  std::string frames;
  for (const Row& row : rows) ASSERT_OK(encoder.Append(row.vector(), row.label, frames));
  std::ifstream golden(SourcePath("tests/goldens/record/training.recordio"), std::ios::binary);
  EXPECT_EQ(frames, std::string(std::istreambuf_iterator<char>(golden), {}));
}

TEST(RecordEncoderTest, WritesTheBytesOfProtobufForRandomRows) {
  std::mt19937_64 random(1);
  RecordEncoder encoder;  // One for all, as its memory must not leak from row to row.
  for (int i = 0; i < 500; ++i) {
    Row row;
    row.length = static_cast<int64_t>(random() % (i % 5 == 0 ? 3'000'000 : 1'000));
    if (i % 2 == 0) {
      const int32_t step = static_cast<int32_t>(row.length / 50 + 1);
      row.keys.emplace();
      for (int64_t key = static_cast<int64_t>(random() % step); key < row.length; key += 1 + static_cast<int64_t>(random() % step)) {
        row.keys->push_back(static_cast<int32_t>(key));
      }
    } else {
      row.length %= 1'000;
    }
    row.values.resize(row.keys.has_value() ? row.keys->size() : static_cast<size_t>(row.length));
    for (double& value : row.values) value = std::uniform_real_distribution<double>(-1e6, 1e6)(random);
    if (random() % 2 == 0) row.label = static_cast<double>(random() % 10);
    std::string frame;
    ASSERT_OK(encoder.Append(row.vector(), row.label, frame));
    ASSERT_EQ(Payload(frame), ByProtobuf(row).SerializeAsString()) << "row " << i;
  }
}

TEST(RecordDecoderTest, ReadsWhatProtobufWrites) {
  aialgs::data::Record record = ByProtobuf({{1.5, 2.5}, {{3, 300}}, 784, 4});
  auto* doubles = (*record.mutable_label())["doubles"].mutable_float64_tensor();
  doubles->add_values(0.1);
  auto* integers = (*record.mutable_label())["integers"].mutable_int32_tensor();
  integers->add_values(-7);
  integers->add_values(1 << 30);
  (*record.mutable_features())["text"].mutable_bytes()->add_value("words");
  record.set_uid("u-1");
  record.set_metadata("m");
  RecordDecoder decoder;
  ASSERT_OK(decoder.Decode(record.SerializeAsString()));
  const Tensor* features = decoder.Features();
  ASSERT_NE(features, nullptr);
  EXPECT_THAT(features->floats, ElementsAre(1.5f, 2.5f));
  EXPECT_THAT(features->keys, ElementsAre(3, 300));
  EXPECT_THAT(features->shape, ElementsAre(784));
  EXPECT_THAT(decoder.Label()->floats, ElementsAre(4.0f));
  EXPECT_THAT(decoder.Label("doubles")->doubles, ElementsAre(0.1));
  EXPECT_THAT(decoder.Label("integers")->doubles, ElementsAre(-7, 1 << 30));
  EXPECT_THAT(decoder.Features("text")->bytes, ElementsAre("words"));
  EXPECT_EQ(decoder.uid(), "u-1");
  EXPECT_EQ(decoder.metadata(), "m");
  EXPECT_THAT(decoder.LabelNames(), ::testing::UnorderedElementsAre("values", "doubles", "integers"));
}

TEST(RecordDecoderTest, ReadsKeysOfAnyLengthAsProtobufWritesThem) {
  std::mt19937_64 random(1);
  RecordDecoder decoder;
  for (int i = 0; i < 500; ++i) {
    // Runs of keys of the same number of bytes, as in sparse rows, and all mixed.
    aialgs::data::Record record;
    auto* tensor = (*record.mutable_features())["values"].mutable_float32_tensor();
    int bits = 7;
    for (uint64_t count = random() % 200; count > 0; --count) {
      if (random() % (i % 3 == 0 ? 1 : 40) == 0) bits = static_cast<int>(random() % 64);
      tensor->add_keys(random() >> (63 - bits));
    }
    ASSERT_OK(decoder.Decode(record.SerializeAsString()));
    ASSERT_THAT(decoder.Features()->keys, ::testing::ElementsAreArray(tensor->keys())) << "record " << i;
  }
}

TEST(RecordDecoderTest, ForgetsTheRecordBefore) {
  RecordDecoder decoder;
  ASSERT_OK(decoder.Decode(ByProtobuf({{1, 2}, {{3, 4}}, 5, 6}).SerializeAsString()));
  ASSERT_OK(decoder.Decode(ByProtobuf({{7}, std::nullopt, 1, std::nullopt}).SerializeAsString()));
  EXPECT_THAT(decoder.Features()->floats, ElementsAre(7.0f));
  EXPECT_TRUE(decoder.Features()->keys.empty());
  EXPECT_EQ(decoder.Label(), nullptr);
}

TEST(RecordDecoderTest, ReadsUnpackedNumbers) {
  // features { "values" -> float32 { values: 1.5, one by one, keys: 2, shape: 9 } }
  const std::string tensor("\x0d\0\0\xc0\x3f\x10\x02\x18\x09", 9);
  const std::string value = "\x12\x09" + tensor;
  const std::string entry = "\x0a\x06values\x12" + std::string(1, static_cast<char>(value.size())) + value;
  RecordDecoder decoder;
  ASSERT_OK(decoder.Decode("\x0a" + std::string(1, static_cast<char>(entry.size())) + entry));
  EXPECT_THAT(decoder.Features()->floats, ElementsAre(1.5f));
  EXPECT_THAT(decoder.Features()->keys, ElementsAre(2));
  EXPECT_THAT(decoder.Features()->shape, ElementsAre(9));
}

TEST(RecordDecoderTest, NeverReadsBeyondACutMessage) {
  const std::string whole = ByProtobuf({{1.5, 2.5}, {{3, 300}}, 784, 4}).SerializeAsString();
  RecordDecoder decoder;
  int refused = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);  // Its own memory, so that the sanitizer sees its end.
    refused += decoder.Decode(cut).ok() ? 0 : 1;
  }
  // Only the empty message and the one cut between features and label are whole records.
  EXPECT_EQ(refused, static_cast<int>(whole.size()) - 2);
}

Status Fill(RowBlock& block, const std::vector<Row>& rows) {
  RecordDecoder decoder;
  for (const Row& row : rows) {
    SAGESPARK_RETURN_IF_ERROR(decoder.Decode(ByProtobuf(row).SerializeAsString()));
    SAGESPARK_RETURN_IF_ERROR(block.AppendRecord(decoder));
  }
  return Status::Ok();
}

TEST(RowBlockTest, TakesDenseAndSparseRecordsInBothLayouts) {
  const std::vector<Row> rows = {{{1, 0, 3}, std::nullopt, 3, 8}, {{5}, {{1}}, 3, 9}, {{}, {{}}, 3, 7}};
  RowBlock dense({.layout = RowBlock::Layout::kDense, .labels = LabelRule::kRequired});
  ASSERT_OK(Fill(dense, rows));
  EXPECT_EQ(dense.num_rows(), 3);
  EXPECT_EQ(dense.num_columns(), 3);
  EXPECT_THAT(dense.values(), ElementsAre(1, 0, 3, 0, 5, 0, 0, 0, 0));
  EXPECT_THAT(dense.labels(), ElementsAre(8, 9, 7));
  RowBlock sparse({.layout = RowBlock::Layout::kSparse});
  ASSERT_OK(Fill(sparse, rows));
  EXPECT_THAT(sparse.values(), ElementsAre(1, 3, 5));
  EXPECT_THAT(sparse.columns(), ElementsAre(0, 2, 1));
  EXPECT_THAT(sparse.row_offsets(), ElementsAre(0, 2, 3, 3));
  EXPECT_THAT(sparse.labels(), testing::IsEmpty());
}

TEST(RowBlockTest, TakesTheLayoutAndLengthOfItsFirstRowAndKeepsThem) {
  RowBlock block({.layout = RowBlock::Layout::kAsRead});
  ASSERT_OK(Fill(block, {{{5}, {{1}}, 3, 9}, {{1, 0, 3}, std::nullopt, 3, 8}}));
  EXPECT_EQ(block.layout(), RowBlock::Layout::kSparse);
  EXPECT_THAT(block.columns(), ElementsAre(1, 0, 2));
  block.Clear();
  ASSERT_OK(block.AppendDense(std::vector<float>{0, 0, 7}));
  EXPECT_THAT(block.columns(), ElementsAre(2));
  RowBlock second({.layout = RowBlock::Layout::kAsRead});
  second.DecideAs(block);
  EXPECT_THAT(second.AppendDense(std::vector<float>{1}), IsError(ErrorKind::kCorruptData, HasSubstr("1 features, not 3")));
  EXPECT_EQ(second.layout(), RowBlock::Layout::kSparse);
}

TEST(RowBlockTest, SortsKeysThatDoNotAscend) {
  RowBlock block({.layout = RowBlock::Layout::kSparse});
  ASSERT_OK(block.AppendSparse(9, std::vector<uint64_t>{7, 2, 5}, std::vector<float>{70, 20, 50}));
  EXPECT_THAT(block.columns(), ElementsAre(2, 5, 7));
  EXPECT_THAT(block.values(), ElementsAre(20, 50, 70));
}

TEST(RowBlockTest, RefusesKeysBeyondAnyRow) {
  const uint64_t top = uint64_t{1} << 63;
  for (const std::vector<uint64_t>& keys : {std::vector<uint64_t>{top, 1}, {1, top}, {top, top + 1}, {~uint64_t{0}, 0}}) {
    RowBlock block({.layout = RowBlock::Layout::kSparse});
    EXPECT_THAT(block.AppendSparse(9, keys, std::vector<float>{1, 2}),
                IsError(ErrorKind::kCorruptData, HasSubstr("Key is beyond the row's length")));
  }
}

TEST(RowBlockTest, TakesNanOnlyWhereItIsAllowed) {
  const std::vector<float> row = {1, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_THAT(RowBlock().AppendDense(row), IsError(ErrorKind::kCorruptData, HasSubstr("not finite: column 1")));
  RowBlock lenient({.allow_nan = true});
  EXPECT_OK(lenient.AppendDense(row));
  EXPECT_THAT(lenient.AppendDense(std::vector<float>{std::numeric_limits<float>::infinity(), 0}),
              IsError(ErrorKind::kCorruptData, HasSubstr("column 0")));
}

TEST(RowBlockTest, RefusesRowsThatDoNotFit) {
  const double infinity = std::numeric_limits<double>::infinity();
  const struct {
    const char* name;
    std::vector<Row> rows;
    const char* message;
  } cases[] = {
      {"longer", {{{1, 2}, std::nullopt, 2, 1}, {{1, 2, 3}, std::nullopt, 3, 1}}, "3 features, not 2"},
      {"empty", {{{}, std::nullopt, 0, 1}}, "Row has no features"},
      {"label missing", {{{1}, std::nullopt, 1, std::nullopt}}, "Row has no label"},
      {"label infinite", {{{1}, std::nullopt, 1, infinity}}, "label that is not finite"},
      {"key too large", {{{1}, {{9}}, 4, 1}}, "key 9, length 4"},
      {"key twice", {{{1, 2}, {{3, 3}}, 4, 1}}, "Key comes twice in a row: key 3"},
      {"infinity at a key", {{{infinity}, {{3}}, 4, 1}}, "not finite: column 3"},
      {"huge shape", {{{1}, {{0}}, int64_t{1} << 40, 1}}, "too large a shape"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    for (const auto layout : {RowBlock::Layout::kDense, RowBlock::Layout::kSparse}) {
      RowBlock block({.layout = layout, .labels = LabelRule::kRequired});
      EXPECT_THAT(Fill(block, test_case.rows), IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
    }
  }
}

}  // namespace
}  // namespace sagespark::codec
