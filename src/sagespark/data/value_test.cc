#include "sagespark/data/value.h"

#include <bit>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sagespark/data/testing/batch_json.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::data {
namespace {

using data::testing::SchemaOf;
using ::testing::HasSubstr;

/// Lines "BITS TEXT" of a table that the JVM (17) printed.
std::vector<std::pair<uint64_t, std::string>> ReadTable(const std::string& name) {
  std::ifstream file(SourcePath("tests/goldens/spark/") + name);
  std::vector<std::pair<uint64_t, std::string>> table;
  for (std::string bits, text; file >> bits >> text;) table.emplace_back(std::stoull(bits, nullptr, 16), text);
  return table;
}

// Before JDK 19, Double.toString now and then printed a digit too many (JDK-4511638). Such a text is longer than
// ours and reads back as the same number.
TEST(JavaTextTest, PrintsDoublesAsTheJvm) {
  const auto table = ReadTable("java_doubles.txt");
  ASSERT_GT(table.size(), 300u);
  int longer = 0;
  for (const auto& [bits, text] : table) {
    const auto value = std::bit_cast<double>(bits);
    const std::string ours = JavaText(value);
    if (ours == text) continue;
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), std::strtod(ours.c_str(), nullptr)) << text << " " << ours;
    EXPECT_GE(text.size(), ours.size()) << text << " " << ours;
    ++longer;
  }
  EXPECT_LE(longer, static_cast<int>(table.size() / 20));
}

TEST(JavaTextTest, PrintsFloatsAsTheJvm) {
  const auto table = ReadTable("java_floats.txt");
  ASSERT_GT(table.size(), 80u);
  int longer = 0;
  for (const auto& [bits, text] : table) {
    const auto value = std::bit_cast<float>(static_cast<uint32_t>(bits));
    const std::string ours = JavaText(value);
    if (ours == text) continue;
    EXPECT_EQ(std::strtof(text.c_str(), nullptr), std::strtof(ours.c_str(), nullptr)) << text << " " << ours;
    EXPECT_GE(text.size(), ours.size()) << text << " " << ours;
    ++longer;
  }
  EXPECT_LE(longer, static_cast<int>(table.size() / 10));
}

TEST(VectorTest, PrintsAsSparkDoes) {
  EXPECT_EQ(Vectors::sparse(784, {152, 153}, {1.0, 2.0}).ToString(), "(784,[152,153],[1.0,2.0])");
  EXPECT_EQ(Vectors::dense({1.0, 2.5}).ToString(), "[1.0,2.5]");
  EXPECT_EQ(Vectors::sparse(3, {}).ToString(), "(3,[],[])");
}

TEST(VectorTest, SparseAndDenseAreEqualWhenTheirValuesAre) {
  EXPECT_EQ(Vectors::sparse(3, {{1, 2.0}}), Vectors::dense({0, 2, 0}));
  EXPECT_FALSE(Vectors::sparse(3, {{1, 2.0}}) == Vectors::dense({0, 2}));
  EXPECT_EQ(Vectors::sparse(3, {{1, 2.0}})[1], 2.0);
  EXPECT_EQ(Vectors::sparse(3, {{1, 2.0}})[2], 0.0);
}

TEST(VectorTest, RejectsIndicesThatDoNotAscendWithinTheSize) {
  EXPECT_THAT(Vector::Sparse(3, {1, 1}, {1, 2}), IsError(ErrorKind::kInvalidArgument, HasSubstr("1 after 1")));
  EXPECT_THAT(Vector::Sparse(3, {3}, {1}), IsError(ErrorKind::kInvalidArgument, HasSubstr("size 3")));
  EXPECT_THAT(Vector::Sparse(3, {0}, {}), IsError(ErrorKind::kInvalidArgument, HasSubstr("1 and 0")));
  EXPECT_THROW(Vectors::sparse(1, {-1}, {0}), std::invalid_argument);
}

TEST(ValueTest, RowsGoToABatchAndBack) {
  const auto schema = SchemaOf({{"flag", TypeId::kBoolean}, {"count", TypeId::kLong}, {"x", TypeId::kDouble},
                                {"text", TypeId::kString}, {"bytes", TypeId::kBinary}, {"v", TypeId::kVector}});
  const std::vector<RowValues> rows = {
      {true, int64_t{7}, 1.5, "a", Bytes{"b"}, Vectors::dense({1, 2})},
      {Value(), Value(), Value(), Value(), Value(), Value()},
      {false, int64_t{-7}, -1.5, "", Bytes{""}, Vectors::sparse(4, {{2, 9.0}})}};
  ASSERT_OK_AND_ASSIGN(const Batch batch, BatchFromRows(schema, rows));
  for (int64_t i = 0; i < 3; ++i) EXPECT_EQ(RowOf(batch, i), rows[i]) << i;
  EXPECT_EQ(RowOf(batch.Slice(1, 2), 1), rows[2]);
  EXPECT_TRUE(RowOf(batch, 2)[5].As<Vector>()->is_sparse());
}

TEST(ValueTest, AnIntegerFitsAWiderColumn) {
  ASSERT_OK_AND_ASSIGN(const Batch batch, BatchFromRows(SchemaOf({{"x", TypeId::kDouble}}), {{Value(3)}}));
  EXPECT_EQ(RowOf(batch, 0), RowValues{3.0});
}

TEST(ValueTest, RejectsRowsThatDoNotFitTheSchema) {
  const auto schema = SchemaOf({{"a", TypeId::kInteger, false}, {"b", TypeId::kString}});
  EXPECT_THAT(BatchFromRows(schema, {{Value(1), "x"}, {Value(1)}}),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("row 1 has 1, the schema 2")));
  EXPECT_THAT(BatchFromRows(schema, {{Value(), "x"}}), IsError(ErrorKind::kInvalidArgument, HasSubstr("\"a\", row 0")));
  EXPECT_THAT(BatchFromRows(schema, {{Value(1), 2.0}}),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("\"b\" has type string, the cell double, row 0")));
  EXPECT_THAT(BatchFromRows(schema, {{Value(int64_t{1}), "x"}}), IsError(ErrorKind::kInvalidArgument, HasSubstr("bigint")));
}

}  // namespace
}  // namespace sagespark::data
