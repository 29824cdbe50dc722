// Our batches and Arrow C++'s record batches across the Arrow C data interface, both ways.

#include <arrow/api.h>
#include <arrow/c/bridge.h>

#include "sagespark/data/batch.h"
#include "sagespark/data/testing/batch_json.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::data {
namespace {

using testing::BatchFromJson;
using testing::JsonOf;
using testing::SchemaOf;

std::shared_ptr<const Schema> AllTypes() {
  return SchemaOf({{"flag", TypeId::kBoolean}, {"b", TypeId::kByte}, {"s", TypeId::kShort}, {"i", TypeId::kInteger},
                   {"l", TypeId::kLong}, {"f", TypeId::kFloat}, {"d", TypeId::kDouble}, {"t", TypeId::kString},
                   {"v", TypeId::kVector}});
}

constexpr std::string_view kRows =
    R"([[true,1,-2,3,4000000000,0.5,2.25,"one",[1.0,2.0]],)"
    R"([null,null,null,null,null,null,null,null,null],)"
    R"([false,-1,2,-3,4,1.5,-2.25,"",{"indices":[0,4],"size":5,"values":[1.0,3.0]}],)"
    R"([true,7,7,7,7,0.5,0.5,"end",[]]])";

std::shared_ptr<arrow::RecordBatch> ToArrow(const Batch& batch) {
  auto schema = ExportSchema(batch.schema());
  EXPECT_OK(schema);
  ArrowArray array = batch.Export();
  auto imported = arrow::ImportRecordBatch(&array, &*schema);
  EXPECT_TRUE(imported.ok()) << imported.status().ToString();
  return *imported;
}

Result<Batch> FromArrow(const arrow::RecordBatch& batch) {
  ArrowArray array;
  ArrowSchema schema;
  if (!arrow::ExportRecordBatch(batch, &array, &schema).ok()) return InternalError("Arrow does not export");
  auto ours = ImportSchema(schema);
  schema.release(&schema);
  if (!ours.ok()) {
    array.release(&array);
    return std::move(ours).error();
  }
  return Batch::Import(std::make_shared<const Schema>(*std::move(ours)), array);
}

TEST(BatchArrowTest, ArrowFindsNoFaultAndGivesTheSameRowsBack) {
  ASSERT_OK_AND_ASSIGN(const Batch batch, BatchFromJson(AllTypes(), kRows));
  const auto arrow_batch = ToArrow(batch);
  EXPECT_TRUE(arrow_batch->ValidateFull().ok()) << arrow_batch->ValidateFull().ToString();
  EXPECT_EQ(arrow_batch->num_rows(), 4);
  EXPECT_EQ(arrow_batch->column(7)->GetScalar(0).ValueOrDie()->ToString(), "one");
  ASSERT_OK_AND_ASSIGN(const Batch again, FromArrow(*arrow_batch));
  EXPECT_EQ(JsonOf(again), kRows);
  EXPECT_EQ(again.schema(), batch.schema());
}

TEST(BatchArrowTest, SlicesOnEitherSideKeepTheirRows) {
  ASSERT_OK_AND_ASSIGN(const Batch batch, BatchFromJson(AllTypes(), kRows));
  const std::string expected = JsonOf(batch.Slice(2, 2));
  const auto arrow_slice = ToArrow(batch)->Slice(1)->Slice(1, 2);
  ASSERT_OK_AND_ASSIGN(const Batch from_arrow, FromArrow(*arrow_slice));
  EXPECT_EQ(JsonOf(from_arrow), expected);
  const auto from_ours = ToArrow(batch.Slice(1, 3).Slice(1, 2));
  EXPECT_TRUE(from_ours->ValidateFull().ok()) << from_ours->ValidateFull().ToString();
  EXPECT_TRUE(from_ours->Equals(*arrow_slice));
}

TEST(BatchArrowTest, TakesSparksVectorStructWithoutOurMark) {
  const auto type = arrow::struct_({arrow::field("type", arrow::int8(), false), arrow::field("size", arrow::int32()),
                                    arrow::field("indices", arrow::list(arrow::int32())),
                                    arrow::field("values", arrow::list(arrow::float64()))});
  auto builder = arrow::MakeBuilder(type).ValueOrDie();
  ASSERT_TRUE(builder->AppendNull().ok());
  const auto array = builder->Finish().ValueOrDie();
  const auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("features", type)}), 1, {array});
  ASSERT_OK_AND_ASSIGN(const Batch ours, FromArrow(*batch));
  EXPECT_EQ(ours.schema(), Schema({{"features", TypeId::kVector}}));
  EXPECT_EQ(JsonOf(ours), "[[null]]");
}

}  // namespace
}  // namespace sagespark::data
