#include "sagespark/data/batch.h"

#include <nanoarrow/nanoarrow.h>

#include <functional>

#include "sagespark/data/testing/batch_json.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::data {
namespace {

using ::testing::HasSubstr;
using testing::BatchFromJson;
using testing::JsonOf;
using testing::SchemaOf;

std::shared_ptr<const Schema> LabelsAndFeatures() {
  return SchemaOf({{"label", TypeId::kDouble}, {"features", TypeId::kVector}, {"t", TypeId::kString}});
}

Batch ThreeRows() {
  auto rows = BatchFromJson(LabelsAndFeatures(), R"([[1, [1, 2], "a"],
                                                 [2, {"size": 9, "indices": [3, 8], "values": [4, 5]}, "bc"],
                                                 [null, null, null]])");
  EXPECT_OK(rows);
  return *std::move(rows);
}

TEST(BatchTest, SlicesShareTheMemoryAndKeepTheRows) {
  const Batch slice = ThreeRows().Slice(1, 2).Slice(0, 1);
  EXPECT_EQ(JsonOf(slice), R"([[2.0,{"indices":[3,8],"size":9,"values":[4.0,5.0]},"bc"]])");
}

TEST(BatchTest, SelectsAndAppendsColumns) {
  const Batch rows = ThreeRows().Slice(0, 2);
  const Batch both = rows.Select({2}).Append(rows.Select({0}));
  EXPECT_EQ(JsonOf(both), R"([["a",1.0],["bc",2.0]])");
  EXPECT_EQ(both.schema(), Schema({{"t", TypeId::kString}, {"label", TypeId::kDouble}}));
}

TEST(BatchTest, ExportOutlivesTheBatchAndImportsAgain) {
  ArrowArray exported;
  {
    const Batch batch = ThreeRows();
    exported = batch.Slice(1, 2).Export();
  }
  ASSERT_OK_AND_ASSIGN(const Batch again, Batch::Import(LabelsAndFeatures(), exported));
  EXPECT_EQ(JsonOf(again), JsonOf(ThreeRows().Slice(1, 2)));
}

TEST(BatchTest, AConsumerMayMoveAChildOutOfAnExport) {
  const Batch batch = ThreeRows();
  ArrowArray exported = batch.Export();
  ArrowArray moved = *exported.children[1]->children[3];
  exported.children[1]->children[3]->release = nullptr;
  exported.release(&exported);
  EXPECT_EQ(static_cast<const double*>(moved.children[0]->buffers[1])[3], 5);
  moved.release(&moved);
  EXPECT_EQ(JsonOf(batch), JsonOf(ThreeRows()));
}

TEST(BatchTest, ExportsWhatNanoarrowAccepts) {
  ASSERT_OK_AND_ASSIGN(ArrowSchema schema, ExportSchema(*LabelsAndFeatures()));
  ArrowArray exported = ThreeRows().Export();
  ArrowArrayView view;
  ASSERT_EQ(ArrowArrayViewInitFromSchema(&view, &schema, nullptr), NANOARROW_OK);
  ArrowError error{};
  ASSERT_EQ(ArrowArrayViewSetArray(&view, &exported, &error), NANOARROW_OK) << error.message;
  ASSERT_EQ(ArrowArrayViewValidate(&view, NANOARROW_VALIDATION_LEVEL_FULL, &error), NANOARROW_OK) << error.message;
  EXPECT_EQ(ArrowArrayViewGetDoubleUnsafe(view.children[0], 1), 2);
  EXPECT_TRUE(ArrowArrayViewIsNull(view.children[1], 2));
  ArrowArrayViewReset(&view);
  schema.release(&schema);
  exported.release(&exported);
}

TEST(BatchTest, ImportsAStructArrayWithAnOffset) {
  ArrowArray exported = ThreeRows().Export();
  exported.offset = 1;
  exported.length = 2;
  ASSERT_OK_AND_ASSIGN(const Batch batch, Batch::Import(LabelsAndFeatures(), exported));
  EXPECT_EQ(JsonOf(batch), JsonOf(ThreeRows().Slice(1, 2)));
}

TEST(BatchTest, RefusesMalformedArrays) {
  struct Case {
    const char* name;
    std::function<void(ArrowArray&)> damage;
    const char* message;
  };
  static const int32_t kFalling[] = {0, 2, 1, 1};
  static const int32_t kIndices[] = {8, 3};
  static const int32_t kTooLarge[] = {3, 9};
  static const int8_t kTypes[] = {1, 7, 1};
  const Case cases[] = {
      {"a column missing", [](ArrowArray& a) { a.n_children = 2; }, "no struct of 3 columns"},
      {"too short a column", [](ArrowArray& a) { a.children[0]->length = 2; }, "too few rows in column \"label\""},
      {"rows beyond the columns", [](ArrowArray& a) { a.offset = 1; }, "too few rows"},
      {"no values", [](ArrowArray& a) { a.children[0]->buffers[1] = nullptr; }, "absent buffer in column \"label\""},
      {"nulls without a bitmap", [](ArrowArray& a) { a.children[0]->buffers[0] = nullptr; }, "validity bitmap"},
      {"falling offsets", [](ArrowArray& a) { a.children[2]->buffers[1] = kFalling; }, "offsets out of order"},
      {"no vector children", [](ArrowArray& a) { a.children[1]->n_children = 3; }, "wrong number of children"},
      {"unknown vector type", [](ArrowArray& a) { a.children[1]->children[0]->buffers[1] = kTypes; },
       "vector with an unknown type at row 1 in column \"features\""},
      {"indices out of order",
       [](ArrowArray& a) { a.children[1]->children[2]->children[0]->buffers[1] = kIndices; }, "indices out of order"},
      {"index beyond the size",
       [](ArrowArray& a) { a.children[1]->children[2]->children[0]->buffers[1] = kTooLarge; }, "out of order or range"},
      {"fewer indices than values",
       [](ArrowArray& a) { a.children[1]->children[2]->buffers[1] = a.children[0]->buffers[1]; }, "column \"features\""},
  };
  for (const Case& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    ArrowArray array = ThreeRows().Export();
    test_case.damage(array);
    EXPECT_THAT(Batch::Import(LabelsAndFeatures(), array).status(),
                IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

}  // namespace
}  // namespace sagespark::data
