#include <cmath>
#include <limits>

#include "sagespark/codec/line_blocks.h"
#include "sagespark/codec/record_encoder.h"
#include "sagespark/container/xgboost/csv_rows.h"
#include "sagespark/container/xgboost/libsvm_rows.h"
#include "sagespark/container/xgboost/record_rows.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using algo::XGBoostRows;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsNan;

template <typename Reader>
Result<XGBoostRows> Read(Reader reader, std::string_view text) {
  SAGESPARK_RETURN_IF_ERROR(reader.Append(codec::SourceOf(text), "data/part-0"));
  return std::move(reader).Finish();
}

Result<XGBoostRows> ReadLibSvm(std::string_view text, LibSvmRows::Labels labels = LibSvmRows::Labels::kRequired) {
  return Read(LibSvmRows(labels), text);
}

TEST(LibSvmRowsTest, TakesIndicesAsTheyAreWritten) {
  ASSERT_OK_AND_ASSIGN(const XGBoostRows rows, ReadLibSvm("1 0:0.5 3:2\n\n-1.5 1:7 # a comment\n0\r\n"));
  EXPECT_TRUE(rows.is_sparse);
  EXPECT_EQ(rows.num_rows, 3);
  EXPECT_EQ(rows.num_columns, 4);
  EXPECT_THAT(rows.labels, ElementsAre(1, -1.5, 0));
  EXPECT_THAT(rows.row_offsets, ElementsAre(0, 2, 3, 3));
  EXPECT_THAT(rows.columns, ElementsAre(0, 3, 1));
  EXPECT_THAT(rows.values, ElementsAre(0.5, 2, 7));
  // Spark counts from 1: column 0 is there, and empty.
  EXPECT_EQ(ReadLibSvm("1 1:2 2:3\n")->num_columns, 3);
}

TEST(LibSvmRowsTest, ReadsWeightsAndQueryIds) {
  ASSERT_OK_AND_ASSIGN(const XGBoostRows rows, ReadLibSvm("1:0.5 qid:3 1:2\n0:2 qid:3 2:3\n1:1 qid:7\n"));
  EXPECT_THAT(rows.weights, ElementsAre(0.5, 2, 1));
  EXPECT_THAT(rows.query_ids, ElementsAre(3, 3, 7));
  EXPECT_THAT(ReadLibSvm("1:0.5 1:2\n1 1:2\n"), IsError(ErrorKind::kInvalidArgument, HasSubstr("weights in some rows only: 1 of 2")));
  EXPECT_THAT(ReadLibSvm("1 qid:4 1:2\n1 qid:3 1:2\n"), IsError(ErrorKind::kCorruptData, HasSubstr("line 2, \"qid:3\"")));
}

TEST(LibSvmRowsTest, SortsEntriesAndKeepsMissingValues) {
  ASSERT_OK_AND_ASSIGN(const XGBoostRows rows, ReadLibSvm("1 5:5 2:2 9:NaN\n"));
  EXPECT_THAT(rows.columns, ElementsAre(2, 5, 9));
  EXPECT_THAT(rows.values, ElementsAre(2, 5, IsNan()));
}

TEST(LibSvmRowsTest, ALineIsARowOfARequestEvenWithoutEntries) {
  ASSERT_OK_AND_ASSIGN(const XGBoostRows unlabeled, ReadLibSvm("\n1:2\n\n2:1 3:4\n\n", LibSvmRows::Labels::kOptional));
  EXPECT_THAT(unlabeled.row_offsets, ElementsAre(0, 0, 1, 1, 3, 3));
  EXPECT_THAT(unlabeled.labels, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const XGBoostRows labeled, ReadLibSvm("\n0 1:2\n0\n\n1 2:1\n", LibSvmRows::Labels::kOptional));
  EXPECT_THAT(labeled.row_offsets, ElementsAre(0, 1, 1, 2));
}

TEST(LibSvmRowsTest, NamesFileLineAndTokenOfWhatDoesNotParse) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"1 1:2\nx 1:2\n", "label does not parse: data/part-0, line 2, \"x\""},
      {"1 1:2 3:y\n", "entry does not parse: data/part-0, line 1, \"3:y\""},
      {"1 3\n", "entry does not parse: data/part-0, line 1, \"3\""},
      {"1 -1:3\n", "entry does not parse: data/part-0, line 1, \"-1:3\""},
      {"1 2147483647:3\n", "index is out of range: data/part-0, line 1"},
      {"1 2:3 2:4\n", "index 2 comes twice: data/part-0, line 1"},
      {"1 2:1e39\n", "value is no finite 32-bit float: data/part-0, line 1, \"2:1e39\""},
      {"NaN 2:1\n", "label is no finite 32-bit float: data/part-0, line 1"},
      {"1:-1 2:1\n", "weight does not parse"},
      {"1 quid:2 2:1\n", "line does not parse"},
  };
  for (const Case& test_case : cases) {
    EXPECT_THAT(ReadLibSvm(test_case.text), IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

TEST(LibSvmRowsTest, ReadsManyBlocks) {
  std::string text;
  for (int row = 0; row < 200'000; ++row) text += std::to_string(row % 7) + " 1:" + std::to_string(row) + " 17:0.5 100:2\n";
  ASSERT_OK_AND_ASSIGN(const XGBoostRows rows, ReadLibSvm(text));
  ASSERT_EQ(rows.num_rows, 200'000);
  ASSERT_EQ(rows.values.size(), 600'000u);
  EXPECT_EQ(rows.values[3 * 123'456], 123'456);
  EXPECT_EQ(rows.columns[3 * 123'456 + 2], 100);
}

TEST(CsvRowsTest, ReadsLabelsWeightsAndMissingCells) {
  const CsvRows reader({.has_labels = true, .has_weights = true});
  ASSERT_OK_AND_ASSIGN(const XGBoostRows rows, Read(reader, "1,0.5,3,,nan\r\n\n0, 2 ,+4,1e-3,NaN\r\n"));
  EXPECT_FALSE(rows.is_sparse);
  EXPECT_EQ(rows.num_columns, 3);
  EXPECT_THAT(rows.labels, ElementsAre(1, 0));
  EXPECT_THAT(rows.weights, ElementsAre(0.5, 2));
  EXPECT_THAT(rows.values, ElementsAre(3, IsNan(), IsNan(), 4, 0.001f, IsNan()));
}

TEST(CsvRowsTest, FindsTheDelimiterInTheFirstLine) {
  for (const std::string delimiter : {",", ";", "\t", "|", " "}) {
    ASSERT_OK_AND_ASSIGN(const XGBoostRows rows,
                         Read(CsvRows({.has_labels = true}), "1" + delimiter + "2.5" + delimiter + "-3\n"));
    EXPECT_THAT(rows.values, ElementsAre(2.5, -3)) << delimiter;
  }
  EXPECT_THAT(Read(CsvRows({.has_labels = true}), "1\t2\t\n")->values, ElementsAre(2, IsNan()));
  EXPECT_THAT(Read(CsvRows({}), "7\n8\n")->values, ElementsAre(7, 8));
}

TEST(CsvRowsTest, NamesFileLineAndCellOfWhatDoesNotParse) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"label,a,b\n1,2,3\n", "cell is no number: data/part-0, line 1, \"label\""},
      {"1,2,3\n1,2,x\n", "cell is no number: data/part-0, line 2, \"x\""},
      {"1,2,3\n1,2\n", "another length: data/part-0, line 2, 2 cells, not 3"},
      {"1,inf\n", "cell is no finite 32-bit float: data/part-0, line 1, \"inf\""},
      {"1,2\n,2\n", "label is missing: data/part-0, line 2"},
      {"1\n", "line has no features: data/part-0, line 1"},
  };
  for (const Case& test_case : cases) {
    EXPECT_THAT(Read(CsvRows({.has_labels = true}), test_case.text),
                IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

std::string Records(const std::vector<data::VectorRow>& rows, std::optional<double> label) {
  std::string bytes;
  codec::RecordEncoder encoder;
  for (const data::VectorRow& row : rows) SAGESPARK_CHECK(encoder.Append(row, label, bytes).ok());
  return bytes;
}

TEST(RecordRowsTest, ReadsDenseAndSparseRecords) {
  const std::vector<double> values = {1, 0, 3};
  ASSERT_OK_AND_ASSIGN(const XGBoostRows dense,
                       Read(RecordRows(true), Records({{.size = 3, .indices = {}, .values = values}}, 2.0)));
  EXPECT_FALSE(dense.is_sparse);
  EXPECT_THAT(dense.values, ElementsAre(1, 0, 3));
  EXPECT_THAT(dense.labels, ElementsAre(2));
  const std::vector<int32_t> indices = {1, 4};
  const std::vector<double> entries = {5, 6};
  ASSERT_OK_AND_ASSIGN(const XGBoostRows sparse,
                       Read(RecordRows(false), Records({{.is_sparse = true, .size = 9, .indices = indices, .values = entries},
                                                        {.size = 3, .indices = {}, .values = values}}, {})));
  EXPECT_TRUE(sparse.is_sparse);
  EXPECT_EQ(sparse.num_columns, 9);
  EXPECT_THAT(sparse.row_offsets, ElementsAre(0, 2, 5));
  EXPECT_THAT(sparse.columns, ElementsAre(1, 4, 0, 1, 2));
}

TEST(RecordRowsTest, NamesFileAndRecordOfWhatDoesNotFit) {
  const std::vector<double> three = {1, 0, 3};
  const std::vector<double> infinite = {1, std::numeric_limits<double>::infinity()};
  const std::string good = Records({{.size = 3, .indices = {}, .values = three}}, 2.0);
  EXPECT_THAT(Read(RecordRows(true), good + Records({{.size = 3, .indices = {}, .values = three}}, {})),
              IsError(ErrorKind::kCorruptData, HasSubstr("data/part-0, record 1: Record has no label")));
  EXPECT_THAT(Read(RecordRows(true), good + Records({{.size = 2, .indices = {}, .values = {three.data(), 2}}}, 1.0)),
              IsError(ErrorKind::kCorruptData, HasSubstr("record 1: Record has another number of features: 2, not 3")));
  EXPECT_THAT(Read(RecordRows(true), Records({{.size = 2, .indices = {}, .values = infinite}}, 1.0)),
              IsError(ErrorKind::kCorruptData, HasSubstr("no finite 32-bit float: number 1")));
  const std::vector<int32_t> twice = {1, 1};
  EXPECT_THAT(Read(RecordRows(false), Records({{.is_sparse = true, .size = 3, .indices = twice, .values = {three.data(), 2}}}, {})),
              IsError(ErrorKind::kCorruptData, HasSubstr("record 0: Record has a key twice: 1")));
  EXPECT_THAT(Read(RecordRows(true), good.substr(0, good.size() - 3)), IsError(ErrorKind::kCorruptData, HasSubstr("data/part-0")));
}

}  // namespace
}  // namespace sagespark::container
