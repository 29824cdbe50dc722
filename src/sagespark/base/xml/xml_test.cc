#include "sagespark/base/xml/xml.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::xml {
namespace {

using testing::HasSubstr;

TEST(XmlTest, ParsesElementsTextAndNamespaces) {
  ASSERT_OK_AND_ASSIGN(const Element root,
                       Parse("<?xml version='1.0'?><s3:Delete xmlns:s3='x'>\n<Object><Key>a&amp;b&#10;</Key></Object>"
                             "<Object><Key>\xC3\xA9</Key></Object></s3:Delete>"));
  EXPECT_EQ(root.name, "Delete");
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[0].TextOf("Key"), "a&b\n");
  EXPECT_EQ(root.children[1].TextOf("Key"), "\xC3\xA9");
  EXPECT_EQ(root.Find("Absent"), nullptr);
}

TEST(XmlTest, RefusesWhatIsNotWellFormed) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  const struct {
    const char* name;
    std::string text;
    const char* message;
  } cases[] = {
      {"empty", "", "no element"},
      {"open", "<a>", "line 1"},
      {"two roots", "<a/>\n<b/>", "line 2"},
      {"no UTF-8", "<a>\xff</a>", "XML does not parse"},
      {"entities", "<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>", "document types"},
      {"deep", deep, "too many levels"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    EXPECT_THAT(Parse(test_case.text), IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

TEST(XmlTest, WritesNoBytesThatAreNoText) {
  Writer writer;
  const std::string good = "\x7f \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80";
  writer.Open("A").Text("Good", good);
  // Alone, cut, overlong, a surrogate, beyond the last, no character.
  for (const char* bad : {"\x80", "\xE2\x82", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xEF\xBF\xBF"}) writer.Text("Bad", std::string("<") + bad);
  ASSERT_OK_AND_ASSIGN(const Element root, Parse(writer.Close().Take()));
  EXPECT_EQ(root.TextOf("Good"), good);
  ASSERT_EQ(root.children.size(), 7u);
  for (size_t i = 1; i < 7; ++i) EXPECT_THAT(root.children[i].text, testing::StartsWith("<\xEF\xBF\xBD"));
}

TEST(XmlTest, ReadsWhatItWrites) {
  Writer writer;
  writer.Open("A", "urn:x").Text("B", "<&>\"\r\n\t\xE2\x82\xAC").Int("C", -7).Bool("D", true).Open("E").Close().Close();
  ASSERT_OK_AND_ASSIGN(const Element root, Parse(writer.Take()));
  EXPECT_EQ(root.TextOf("B"), "<&>\"\r\n\t\xE2\x82\xAC");
  EXPECT_EQ(root.TextOf("C"), "-7");
  EXPECT_EQ(root.TextOf("D"), "true");
  EXPECT_EQ(root.TextOf("E"), "");
}

}  // namespace
}  // namespace sagespark::xml
