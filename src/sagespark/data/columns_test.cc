#include "sagespark/data/numeric_column.h"
#include "sagespark/data/string_column.h"
#include "sagespark/data/testing/batch_json.h"
#include "sagespark/data/vector_column.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::data {
namespace {

using ::testing::ElementsAre;
using testing::BatchFromJson;
using testing::SchemaOf;

Batch Rows() {
  auto batch = BatchFromJson(SchemaOf({{"label", TypeId::kInteger}, {"features", TypeId::kVector}, {"t", TypeId::kString}}),
                             R"([[9, [9, 9], "skipped"],
                                 [1, [1, 0, 2], "one"],
                                 [null, {"size": 4, "indices": [1, 3], "values": [5, 6]}, null],
                                 [3, null, ""]])");
  return batch->Slice(1, 3);
}

TEST(VectorColumnTest, ReadsDenseSparseAndNullRowsOfASlice) {
  const Batch rows = Rows();
  ASSERT_OK_AND_ASSIGN(const VectorColumn column, VectorColumn::Of(rows, "features", "Features"));
  ASSERT_EQ(column.num_rows(), 3);
  EXPECT_FALSE(column[0].is_sparse);
  EXPECT_EQ(column[0].size, 3);
  EXPECT_THAT(column[0].values, ElementsAre(1, 0, 2));
  EXPECT_TRUE(column[1].is_sparse);
  EXPECT_EQ(column[1].size, 4);
  EXPECT_THAT(column[1].indices, ElementsAre(1, 3));
  EXPECT_THAT(column[1].values, ElementsAre(5, 6));
  EXPECT_TRUE(column[2].is_null);
}

TEST(VectorColumnTest, NamesAColumnThatIsNoVector) {
  EXPECT_THAT(VectorColumn::Of(Rows(), "t", "Features").status(),
              IsError(ErrorKind::kSchemaMismatch, "Features column is not a vector: \"t\" has type string"));
  EXPECT_THAT(VectorColumn::Of(Rows(), "none", "Features").status(),
              IsError(ErrorKind::kSchemaMismatch, ::testing::HasSubstr("Column does not exist: \"none\"")));
}

TEST(NumericColumnTest, ReadsNumbersAndNulls) {
  const Batch rows = Rows();
  ASSERT_OK_AND_ASSIGN(const NumericColumn column, NumericColumn::Of(rows, "label", "Label"));
  EXPECT_EQ(column[0], 1);
  EXPECT_TRUE(column.is_null(1));
  EXPECT_EQ(column[2], 3);
  EXPECT_THAT(NumericColumn::Of(rows, "features", "Label").status(),
              IsError(ErrorKind::kSchemaMismatch, "Label column is not numeric: \"features\" has type vector"));
}

TEST(StringColumnTest, ReadsTextAndNulls) {
  const Batch rows = Rows();
  ASSERT_OK_AND_ASSIGN(const StringColumn column, StringColumn::Of(rows, "t", "Text"));
  EXPECT_EQ(column[0], "one");
  EXPECT_TRUE(column.is_null(1));
  EXPECT_EQ(column[2], "");
}

}  // namespace
}  // namespace sagespark::data
