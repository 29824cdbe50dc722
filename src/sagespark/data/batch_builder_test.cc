#include "sagespark/data/batch_builder.h"

#include "sagespark/data/testing/batch_json.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::data {
namespace {

using testing::BatchFromJson;
using testing::JsonOf;
using testing::SchemaOf;

TEST(BatchBuilderTest, KeepsEveryTypeAndItsNulls) {
  const auto schema = SchemaOf({{"flag", TypeId::kBoolean}, {"b", TypeId::kByte}, {"s", TypeId::kShort},
                                {"i", TypeId::kInteger}, {"l", TypeId::kLong}, {"f", TypeId::kFloat},
                                {"d", TypeId::kDouble}, {"t", TypeId::kString}, {"v", TypeId::kVector}});
  const std::string rows =
      R"([[true,1,-2,3,4000000000,0.5,2.25,"one",[1.0,2.0]],)"
      R"([null,null,null,null,null,null,null,null,null],)"
      R"([false,-1,2,-3,4,1.5,-2.25,"",{"indices":[0,4],"size":5,"values":[1.0,3.0]}],)"
      R"([true,1,2,3,4,1.5,2.5,"end",[]]])";
  ASSERT_OK_AND_ASSIGN(const Batch batch, BatchFromJson(schema, rows));
  EXPECT_EQ(batch.num_rows(), 4);
  EXPECT_EQ(JsonOf(batch), rows);
}

TEST(BatchBuilderTest, KeepsNullsBeyondTheFirstByteOfTheBitmap) {
  ASSERT_OK_AND_ASSIGN(BatchBuilder builder, BatchBuilder::Make(SchemaOf({{"d", TypeId::kDouble}})));
  for (int i = 0; i < 20; ++i) builder.AppendDouble(0, i);
  builder.AppendNull(0);
  builder.AppendDoubles(0, std::vector<double>{5, 6});
  ASSERT_OK_AND_ASSIGN(const Batch batch, builder.Finish());
  EXPECT_EQ(batch.column(0).null_count, 1);
  EXPECT_EQ(JsonOf(batch.Slice(18, 5)), "[[18.0],[19.0],[null],[5.0],[6.0]]");
}

TEST(BatchBuilderTest, StartsAgainAfterFinish) {
  ASSERT_OK_AND_ASSIGN(BatchBuilder builder, BatchBuilder::Make(SchemaOf({{"t", TypeId::kString}})));
  builder.AppendString(0, "first");
  ASSERT_OK(builder.Finish());
  builder.AppendString(0, "second");
  ASSERT_OK_AND_ASSIGN(const Batch batch, builder.Finish());
  EXPECT_EQ(JsonOf(batch), R"([["second"]])");
}

TEST(BatchBuilderTest, RefusesNestedColumnsByName) {
  EXPECT_THAT(BatchBuilder::Make(SchemaOf({{"a", DataType::Array(TypeId::kLong)}})).status(),
              IsError(ErrorKind::kUnimplemented, ::testing::HasSubstr("\"a\" has type array<bigint>")));
}

}  // namespace
}  // namespace sagespark::data
