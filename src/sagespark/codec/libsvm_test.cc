#include "sagespark/codec/libsvm.h"

#include <cmath>
#include <cstdlib>
#include <random>

#include "sagespark/codec/libsvm_response_row_deserializer.h"
#include "sagespark/codec/number_parser.h"
#include "sagespark/codec/text_rows.h"
#include "sagespark/data/numeric_column.h"
#include "sagespark/data/testing/batch_json.h"
#include "sagespark/data/vector_column.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::codec {
namespace {

using data::testing::JsonOf;
using ::testing::HasSubstr;

Result<std::string> Read(std::string_view text, LibSvmOptions options) {
  LibSvmReader reader(SourceOf(text), std::move(options));
  std::string all;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto batch, reader.Next());
    if (!batch.has_value()) return all;
    all += JsonOf(*batch);
  }
}

TEST(LibSvmReaderTest, ReadsSparseAndDenseVectors) {
  const std::string_view text = "5 1:1 3:2.5\n0.5 2:-4e1\n-1\n";
  EXPECT_THAT(Read(text, {.num_features = 4}),
              HasValue(R"([[5.0,{"indices":[0,2],"size":4,"values":[1.0,2.5]}],)"
                       R"([0.5,{"indices":[1],"size":4,"values":[-40.0]}],)"
                       R"([-1.0,{"indices":[],"size":4,"values":[]}]])"));
  EXPECT_THAT(Read(text, {.num_features = 3, .layout = VectorLayout::kDense}),
              HasValue("[[5.0,[1.0,0.0,2.5]],[0.5,[0.0,-40.0,0.0]],[-1.0,[0.0,0.0,0.0]]]"));
}

TEST(LibSvmReaderTest, SkipsCommentsAndBlankLinesAndTrims) {
  EXPECT_THAT(Read("# a comment 1:2\n\n  \t\r\n  7  2:3 \r\n#", {.num_features = 2, .layout = VectorLayout::kDense}),
              HasValue("[[7.0,[0.0,3.0]]]"));
  EXPECT_THAT(Read("", {.num_features = 2}), HasValue(""));
}

TEST(LibSvmReaderTest, TheLastLineMayLackItsEnd) {
  EXPECT_THAT(Read("1 1:2", {.num_features = 1, .layout = VectorLayout::kDense}), HasValue("[[1.0,[2.0]]]"));
}

TEST(LibSvmReaderTest, BatchesAreBounded) {
  EXPECT_THAT(Read("1 1:1\n2 1:2\n3 1:3\n", {.num_features = 1, .layout = VectorLayout::kDense, .max_batch_rows = 2}),
              HasValue("[[1.0,[1.0]],[2.0,[2.0]]][[3.0,[3.0]]]"));
  EXPECT_THAT(Read("1 1:1\n2 1:2\n", {.num_features = 2, .layout = VectorLayout::kDense, .max_batch_entries = 2}),
              HasValue("[[1.0,[1.0,0.0]]][[2.0,[2.0,0.0]]]"));
}

TEST(LibSvmReaderTest, NamesFileLineAndTokenOfABadLine) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"1 1:1\nx 1:1", "LibSVM line does not parse: f, line 2, \"x\""},
      {"1 1:1\n\n#\n1 1:1 abc 3:3\n", "LibSVM line does not parse: f, line 4, \"abc\""},
      {"1 1:", "line does not parse: f, line 1, \"1:\""},
      {"1 1:1x 2:2", "line does not parse: f, line 1, \"1:1x\""},
      {"1 1 2:2", "line does not parse: f, line 1, \"1\""},
      {"1 :2", "line does not parse: f, line 1, \":2\""},
      {"1 1:2:3", "line does not parse: f, line 1, \"1:2:3\""},
      {"1 1:2,3", "line does not parse: f, line 1, \"1:2,3\""},
      {"1,1:2", "line does not parse: f, line 1, \"1,1:2\""},
      {"1 -1:2", "line does not parse: f, line 1, \"-1:2\""},
      {"1 1:2 # note", "line does not parse: f, line 1, \"#\""},
      {"1 0:2", "index is out of range: f, line 1, \"0:2\""},
      {"1 99999999999999999999:2", "line 1, \"99999999999999999999:2\""},
      {"1 2:1 2:2", "index is out of order: f, line 1, \"2:2\""},
      {"1 3:1 2:2", "index is out of order: f, line 1, \"2:2\""},
      {"1 1:1 785:2", "index 785 is beyond numFeatures 784: f, line 1, \"785:2\""},
      {"1 4294967297:2", "index 4294967297 is beyond numFeatures 784"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.text);
    EXPECT_THAT(Read(test_case.text, {.num_features = 784, .file = "f"}),
                IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

TEST(LibSvmReaderTest, CountsFeaturesBeforeReading) {
  EXPECT_THAT(CountLibSvmFeatures(SourceOf("1 1:1 7:2\n0\n0 5:1"), "f"), HasValue(7));
  EXPECT_THAT(CountLibSvmFeatures(SourceOf("1 1:1 7:2\n0 q"), "f").status(),
              IsError(ErrorKind::kCorruptData, HasSubstr("line 2")));
}

TEST(LibSvmReaderTest, ReadsBackWhatTheWriterWrote) {
  std::mt19937_64 random(7);
  std::string text;
  std::string expected;
  auto builder = *data::BatchBuilder::Make(LibSvmReader::MakeSchema());
  for (int row = 0; row < 3000; ++row) {
    std::vector<int32_t> indices;
    std::vector<double> values;
    for (int32_t i = static_cast<int32_t>(random() % 50); i < 2000; i += 1 + static_cast<int32_t>(random() % 60)) {
      indices.push_back(i);
      const auto bits = random();
      values.push_back(bits % 3 == 0 ? static_cast<double>(bits % 256)
                                     : std::ldexp(static_cast<double>(bits >> 11), static_cast<int>(bits % 40) - 60));
    }
    const double label = static_cast<double>(random() % 10);
    builder.AppendDouble(0, label);
    builder.AppendSparse(1, 2000, indices, values);
    AppendLibSvmRow(label, {.is_sparse = true, .size = 2000, .indices = indices, .values = values}, text);
  }
  ASSERT_OK_AND_ASSIGN(const data::Batch written, builder.Finish());
  ASSERT_GT(text.size(), size_t{2} << 20);  // More than one block.
  ASSERT_OK_AND_ASSIGN(const std::string read, Read(text, {.num_features = 2000, .max_batch_rows = 1 << 20}));
  EXPECT_EQ(read, JsonOf(written));
}

TEST(ParseNumberTest, AgreesWithStrtod) {
  std::mt19937_64 random(3);
  std::vector<std::string> texts = {"0", "-0", "255", "12345678", "123456789", "1.", ".5", "-.5", "1e5", "1E-300",
                                    "1.7976931348623157e308", "9007199254740993", "0.1", "12345678.1234567",
                                    "1234567.12345678", "4.9e-324", "1e400", "-1e400", "1e-400", "00012", "99999999.9999999"};
  for (int i = 0; i < 20000; ++i) {
    char text[64];
    const int digits = static_cast<int>(random() % 18);
    std::snprintf(text, sizeof(text), "%.*f", digits, static_cast<double>(random() % 1'000'000'000) / 997.0 - 1e4);
    texts.push_back(text);
  }
  for (const std::string& text : texts) {
    double value = 0;
    const std::string padded = text + " " + std::string(16, '9');
    const char* end = ParseNumber(padded.data(), value);
    ASSERT_EQ(end, padded.data() + text.size()) << text;
    ASSERT_EQ(value, std::strtod(text.c_str(), nullptr)) << text;
    ASSERT_EQ(std::signbit(value), text[0] == '-') << text;
  }
}

TEST(ParseNumberTest, TakesWhatJavaTakesAndNothingElse) {
  const auto parse = [](std::string text) {
    double value = 0;
    text += "\n" + std::string(16, '\0');
    return ParseNumber(text.data(), value) == nullptr ? "none" : std::to_string(value);
  };
  EXPECT_EQ(parse("+1.5"), "1.500000");
  EXPECT_EQ(parse("2.5f"), "2.500000");
  EXPECT_EQ(parse("3d"), "3.000000");
  EXPECT_EQ(parse("NaN"), "nan");
  EXPECT_EQ(parse("-Infinity"), "-inf");
  for (const char* text : {"", "-", "+", "+-1", "--1", "1e", "1.2.3", "abc", "1x", "0x10", "1ff", "."}) {
    EXPECT_EQ(parse(text), "none") << text;
  }
}

TEST(LibSVMResponseRowDeserializerTest, ReadsOneLineARow) {
  const LibSVMResponseRowDeserializer deserializer(3, "prediction", "echo");
  ASSERT_OK_AND_ASSIGN(const data::Batch batch, deserializer.Deserialize("1 2:5\n0 1:4\n", 2));
  EXPECT_EQ(JsonOf(batch), R"([[1.0,{"indices":[1],"size":3,"values":[5.0]}],[0.0,{"indices":[0],"size":3,"values":[4.0]}]])");
  EXPECT_EQ(batch.schema().fields(), deserializer.fields());
  EXPECT_THAT(deserializer.Deserialize("1 2:5\n", 2).status(),
              IsError(ErrorKind::kCorruptData, HasSubstr("1 predictions for 2 rows")));
}

}  // namespace
}  // namespace sagespark::codec
