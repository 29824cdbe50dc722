#include "sagespark/container/media_type.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Pair;
using testing::Pointee;

TEST(ParseMediaTypeTest, ReadsTypeAndParameters) {
  ASSERT_OK_AND_ASSIGN(const MediaType type, ParseMediaType("Text/CSV; Label_Size=0 ;charset=\"utf-8;x\""));
  EXPECT_EQ(type.type, "text/csv");
  EXPECT_THAT(type.parameters, ElementsAre(Pair("label_size", "0"), Pair("charset", "utf-8;x")));
  EXPECT_THAT(type.Find("label_size"), Pointee(std::string("0")));
  EXPECT_EQ(type.Find("header"), nullptr);
}

TEST(ParseMediaTypeTest, RejectsWhatIsNoMediaType) {
  for (const char* text : {"", "csv", "text/", "/csv", "text/csv/x", "text/csv;label_size", "te xt/csv"}) {
    EXPECT_THAT(ParseMediaType(text), IsError(ErrorKind::kInvalidArgument, HasSubstr("Not a media type")));
  }
}

TEST(ParseAcceptTest, OrdersByWeightAndDropsWhatIsNotWanted) {
  EXPECT_THAT(ParseAccept("text/csv;q=0.5, application/json, text/html;q=0, */*;q=0.1"),
              HasValue(ElementsAre(Field(&MediaType::type, "application/json"), Field(&MediaType::type, "text/csv"),
                                   Field(&MediaType::type, "*/*"))));
}

TEST(AcceptsTest, KnowsWildcards) {
  EXPECT_TRUE(Accepts({.type = "*/*", .parameters = {}}, kCsv));
  EXPECT_TRUE(Accepts({.type = "text/*", .parameters = {}}, kCsv));
  EXPECT_TRUE(Accepts({.type = "text/csv", .parameters = {}}, kCsv));
  EXPECT_FALSE(Accepts({.type = "text/*", .parameters = {}}, kJson));
  EXPECT_FALSE(Accepts({.type = "text/csvx", .parameters = {}}, kCsv));
}

}  // namespace
}  // namespace sagespark::container
