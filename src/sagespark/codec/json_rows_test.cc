#include "sagespark/codec/json_rows.h"

#include <cstdlib>
#include <string>

#include "sagespark/testing/matchers.h"

namespace sagespark::codec {
namespace {

using testing::ElementsAre;

std::string Padded(const std::string& text, bool padded) { return padded ? text + std::string(32, ' ') : text; }

TEST(JsonRowScannerTest, ReadsPlainInstances) {
  // With and without room behind the last number: there are two parsers of numbers.
  for (const bool padded : {false, true}) {
    RowBlock block({.num_columns = 3});
    JsonRowScanner scanner(3);
    ASSERT_TRUE(scanner.AppendInstances(
        Padded("{ \"instances\" : [ {\"features\":[1,-2.5,3e2]} ,\n{\"data\":{\"features\":{\"values\":[0,0.125,-0]}}},"
               "{\"data\":{\"features\":{\"shape\":[3],\"keys\":[0,2],\"values\":[1e-3,7]}}}]}", padded), block));
    EXPECT_EQ(block.num_rows(), 3);
    EXPECT_THAT(block.values(), ElementsAre(1, -2.5, 300, 0, 0.125, 0, 0.001F, 0, 7));
  }
}

TEST(JsonRowScannerTest, KeepsSparseInstancesSparse) {
  RowBlock block({.layout = RowBlock::Layout::kAsRead, .num_columns = 3});
  ASSERT_TRUE(JsonRowScanner(3).AppendInstance(R"({"data":{"features":{"keys":[0,2],"values":[5,7],"shape":[3]}}})", block));
  EXPECT_EQ(block.layout(), RowBlock::Layout::kSparse);
  EXPECT_THAT(block.columns(), ElementsAre(0, 2));
  EXPECT_THAT(block.values(), ElementsAre(5, 7));
}

TEST(JsonRowScannerTest, LeavesWhatIsNotPlainOrBrokenToTheDocumentParser) {
  for (const char* text : {
           "", "{", "[]", "{}", "5", R"({"features":[1,2]})", R"({"features":[1,2,3,4]})", R"({"features":[1,2,3]} x)",
           R"({"features":[1,2,3],"more":1})", R"({"feature":[1,2,3]})", R"({"features":[1,2,"3"]})", R"({"features":[1,2,null]})",
           R"({"features":[1,2,]})", R"({"features":[1,2,3})", R"({"features":[01,2,3]})", R"({"features":[+1,2,3]})",
           R"({"features":[1.,2,3]})", R"({"features":[.5,2,3]})", R"({"features":[1e,2,3]})", R"({"features":[1d,2,3]})",
           R"({"features":[NaN,2,3]})", R"({"features":[Infinity,2,3]})", R"({"features":[1e39,2,3]})", R"({"features":[1e400,2,3]})",
           R"({"features":[-,2,3]})", R"({"features":[1 2,3]})", R"({"data":{"features":{"keys":[0,1],"values":[1]}}})",
           R"({"data":{"features":{"keys":[1,0],"values":[1,2]}}})", R"({"data":{"features":{"keys":[1,1],"values":[1,2]}}})",
           R"({"data":{"features":{"keys":[3],"values":[1]}}})", R"({"data":{"features":{"keys":[-1],"values":[1]}}})",
           R"({"data":{"features":{"keys":[1.0],"values":[1]}}})", R"({"data":{"features":{"keys":[0]}}})",
           R"({"data":{"features":{"keys":[0],"values":[1],"shape":[4]}}})", R"({"data":{"features":{"values":[1,2,3],"values":[1,2,3]}}})",
       }) {
    for (const bool padded : {false, true}) {
      SCOPED_TRACE(text);
      RowBlock block({.num_columns = 3});
      EXPECT_FALSE(JsonRowScanner(3).AppendInstance(Padded(text, padded), block));
      EXPECT_EQ(block.num_rows(), 0);
    }
  }
  RowBlock block({.num_columns = 3});
  for (const char* body : {R"({"instances":[]})", R"({"instances":[{"features":[1,2,3]},]})", R"({"instances":[{"features":[1,2,3]}]})" "]",
                           R"({"instance":[{"features":[1,2,3]}]})"}) {
    EXPECT_FALSE(JsonRowScanner(3).AppendInstances(body, block)) << body;
  }
}

TEST(JsonRowScannerTest, RoundsAsTheStandardLibraryDoes) {
  for (const char* number : {"0.1", "16777217", "9007199254740993", "3.4028234e38", "1.17549435e-38", "123456789.123456789", "-0.30000001192092896",
                             "18446744073709551616", "1E+2", "5e-324"}) {
    SCOPED_TRACE(number);
    for (const bool padded : {false, true}) {
      RowBlock block({.num_columns = 1});
      ASSERT_TRUE(JsonRowScanner(1).AppendInstance(Padded("{\"features\":[" + std::string(number) + "]}", padded), block));
      EXPECT_EQ(block.values()[0], static_cast<float>(std::strtod(number, nullptr)));
    }
  }
}

}  // namespace
}  // namespace sagespark::codec
