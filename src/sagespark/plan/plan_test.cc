#include "sagespark/data/testing/batch_json.h"
#include "sagespark/plan/logical_plan.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::plan {
namespace {

using data::DataType;
using data::TypeId;
using ::testing::HasSubstr;
using Kind = ExpressionKind;

data::Schema TestSchema() {
  return data::Schema({{"flag", TypeId::kBoolean, false}, {"small", TypeId::kInteger, false}, {"big", TypeId::kLong},
                       {"real", TypeId::kFloat}, {"text", TypeId::kString}, {"v", TypeId::kVector}});
}

Result<ExpressionPtr> ResolveBinary(Kind kind, const std::string& left, const std::string& right) {
  return Resolve(Binary(kind, ColumnReference(left), ColumnReference(right)), TestSchema());
}

TEST(ResolveTest, WidensNumbersAsSpark) {
  const auto type_of = [](Kind kind, const std::string& left, const std::string& right) {
    const auto resolved = ResolveBinary(kind, left, right);
    return resolved.ok() ? (*resolved)->type->ToString() : resolved.error().message();
  };
  EXPECT_EQ(type_of(Kind::kAdd, "small", "big"), "bigint");
  EXPECT_EQ(type_of(Kind::kMultiply, "big", "real"), "float");
  EXPECT_EQ(type_of(Kind::kDivide, "small", "small"), "double");
  EXPECT_EQ(type_of(Kind::kModulo, "small", "small"), "int");
  EXPECT_EQ(type_of(Kind::kAdd, "small", "text"), "double");
  EXPECT_EQ(type_of(Kind::kLess, "text", "big"), "boolean");
}

TEST(ResolveTest, KnowsWhatMayBeNull) {
  EXPECT_FALSE((*ResolveBinary(Kind::kAdd, "small", "small"))->nullable);
  EXPECT_TRUE((*ResolveBinary(Kind::kDivide, "small", "small"))->nullable);  // By zero.
  EXPECT_TRUE((*ResolveBinary(Kind::kEqual, "small", "big"))->nullable);
  EXPECT_FALSE((*Resolve(Unary(Kind::kIsNull, ColumnReference("big")), TestSchema()))->nullable);
}

TEST(ResolveTest, FindsColumnsWithoutRegardToCase) {
  ASSERT_OK_AND_ASSIGN(const auto resolved, Resolve(ColumnReference("`SMALL`"), TestSchema()));
  EXPECT_EQ(resolved->column_index, 1u);
}

TEST(ResolveTest, RejectsTypesThatDoNotFit) {
  const struct {
    const char* name;
    ExpressionPtr expression;
    const char* message;
  } cases[] = {
      {"add of a boolean", Binary(Kind::kAdd, ColumnReference("flag"), ColumnReference("flag")), "BINARY_OP_WRONG_TYPE"},
      {"add of a vector", Binary(Kind::kAdd, ColumnReference("v"), Literal(1)), "\"VECTOR\" and \"INT\""},
      {"compare boolean and number", Binary(Kind::kEqual, ColumnReference("flag"), Literal(1)), "BINARY_OP_DIFF_TYPES"},
      {"compare vectors", Binary(Kind::kLess, ColumnReference("v"), ColumnReference("v")), "(v < v)"},
      {"not of a number", Unary(Kind::kNot, ColumnReference("small")), "(NOT small)"},
      {"negative text", Unary(Kind::kNegate, ColumnReference("text")), "negative(text)"},
      {"vector as double", Cast(ColumnReference("v"), TypeId::kDouble), "cannot cast \"VECTOR\" to \"DOUBLE\""},
      {"star within", Binary(Kind::kAdd, Star(), Literal(1)), "Invalid usage of '*'"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    EXPECT_THAT(Resolve(test_case.expression, TestSchema()),
                IsError(ErrorKind::kSchemaMismatch, HasSubstr(test_case.message)));
  }
}

TEST(ParseTypeTest, KnowsSparksNames) {
  EXPECT_THAT(ParseType("BIGINT"), HasValue(DataType(TypeId::kLong)));
  EXPECT_THAT(ParseType("array<double>"), HasValue(DataType::Array(TypeId::kDouble)));
  EXPECT_THAT(ParseType("decimal"), IsError(ErrorKind::kInvalidArgument, HasSubstr("\"decimal\"")));
}

TEST(LogicalPlanTest, UnionNeedsTypesThatMeet) {
  const auto numbers = *MakeLocalRelation(data::testing::SchemaOf({{"x", TypeId::kDouble}}), {});
  const auto texts = *MakeLocalRelation(data::testing::SchemaOf({{"x", TypeId::kString}}), {});
  EXPECT_THAT(MakeUnion(numbers, texts),
              IsError(ErrorKind::kSchemaMismatch, HasSubstr("Column 1 of the second table is \"STRING\"")));
}

TEST(LogicalPlanTest, ExplainNeverPrintsOptions) {
  const auto scan = MakeScan({.format = "libsvm", .options = {{"password", "hush"}}, .paths = {"/a"}}, TestSchema());
  ASSERT_OK_AND_ASSIGN(const auto filtered, MakeFilter(scan, ColumnReference("flag")));
  ASSERT_OK_AND_ASSIGN(const auto plan, MakeLimit(filtered, 3));
  EXPECT_EQ(Explain(plan), "Limit 3\n+- Filter flag\n   +- Scan libsvm [/a]\n");
}

}  // namespace
}  // namespace sagespark::plan
