#include "sagespark/data/schema.h"

#include "sagespark/data/batch.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::data {
namespace {

using ::testing::HasSubstr;

Schema Mixed() {
  return Schema({{"label", TypeId::kDouble, false},
                 {"features", TypeId::kVector},
                 {"tags", DataType::Array(TypeId::kString)},
                 {"place", DataType::Struct({{"x", TypeId::kInteger}, {"deep", DataType::Array(TypeId::kLong, false)}})},
                 {"flag", TypeId::kBoolean}, {"b", TypeId::kByte}, {"s", TypeId::kShort}, {"f", TypeId::kFloat},
                 {"raw", TypeId::kBinary}});
}

TEST(SchemaTest, PrintsItsTreeAsSparkDoes) {
  EXPECT_EQ(Schema({{"label", TypeId::kDouble}, {"features", TypeId::kVector}}).TreeString(),
            "root\n |-- label: double (nullable = true)\n |-- features: vector (nullable = true)\n");
  EXPECT_EQ(Schema({{"a", DataType::Array(DataType::Struct({{"x", TypeId::kInteger, false}}))}}).TreeString(),
            "root\n"
            " |-- a: array (nullable = true)\n"
            " |    |-- element: struct (containsNull = true)\n"
            " |    |    |-- x: integer (nullable = false)\n");
}

TEST(SchemaTest, NamesTypesAsSparksSimpleString) {
  EXPECT_EQ(DataType::Struct({{"a", DataType::Array(TypeId::kInteger)}, {"b", TypeId::kLong}}).ToString(),
            "struct<a:array<int>,b:bigint>");
}

TEST(SchemaTest, FindsColumnsWithoutRegardToCase) {
  EXPECT_THAT(Mixed().IndexOf("FEATURES"), HasValue(1u));
  EXPECT_THAT(Schema({{"a", TypeId::kLong}, {"b", TypeId::kLong}}).IndexOf("c"),
              IsError(ErrorKind::kSchemaMismatch, "Column does not exist: \"c\"; the columns are \"a\", \"b\""));
  EXPECT_THAT(Schema({{"a", TypeId::kLong}, {"A", TypeId::kLong}}).IndexOf("a"),
              IsError(ErrorKind::kSchemaMismatch, "Column name is ambiguous: \"a\""));
}

TEST(SchemaTest, ComesBackFromTheArrowSchemaAsItWas) {
  ASSERT_OK_AND_ASSIGN(ArrowSchema exported, ExportSchema(Mixed()));
  EXPECT_STREQ(exported.format, "+s");
  EXPECT_STREQ(exported.children[1]->children[2]->format, "+l");
  EXPECT_THAT(ImportSchema(exported), HasValue(Mixed()));
  exported.release(&exported);
}

TEST(SchemaTest, RefusesArrowTypesThatItDoesNotOffer) {
  ASSERT_OK_AND_ASSIGN(ArrowSchema exported, ExportSchema(Schema({{"when", TypeId::kLong}})));
  const char* format = exported.children[0]->format;
  exported.children[0]->format = "tsu:";
  EXPECT_THAT(ImportSchema(exported), IsError(ErrorKind::kSchemaMismatch, HasSubstr("\"when\"")));
  exported.children[0]->format = format;
  exported.release(&exported);
}

}  // namespace
}  // namespace sagespark::data
