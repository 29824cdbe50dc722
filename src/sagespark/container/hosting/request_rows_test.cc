#include "sagespark/container/hosting/request_rows.h"

#include "sagespark/codec/record_encoder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Property;

/// The rows of two features.
Result<RequestRows> Parse(std::string_view type, std::string_view body, RowLayout layout = RowLayout::kDense) {
  auto media_type = ParseMediaType(type);
  if (!media_type.ok()) return std::move(media_type).error();
  return ParseRequestRows(*media_type, body, 2, layout);
}

auto Rows(std::vector<float> values) {
  return HasValue(AllOf(Field(&RequestRows::block, Property(&codec::RowBlock::values, values)),
                        Field(&RequestRows::block, Property(&codec::RowBlock::num_rows, values.size() / 2)),
                        Field(&RequestRows::uids, IsEmpty())));
}

std::string Records(const std::vector<std::vector<double>>& rows) {
  std::string bytes;
  codec::RecordEncoder encoder;
  for (const auto& row : rows) {
    const data::VectorRow features{.size = static_cast<int64_t>(row.size()), .indices = {}, .values = row};
    SAGESPARK_CHECK(encoder.Append(features, 7.0, bytes).ok());
  }
  return bytes;
}

TEST(ParseRequestRowsTest, ReadsEveryType) {
  EXPECT_THAT(Parse(kRecordIoProtobuf, Records({{1, 2.5}, {-3, 4}})), Rows({1, 2.5, -3, 4}));
  EXPECT_THAT(Parse(kCsv, "1,2.5\r\n\n -3 , +4"), Rows({1, 2.5, -3, 4}));
  EXPECT_THAT(Parse("text/csv; label_size=1", "9,1,2.5\n8,-3,4e0\n"), Rows({1, 2.5, -3, 4}));
  EXPECT_THAT(Parse(kJson, R"({"instances": [{"features": [1, 2.5]},
                                             {"data": {"features": {"values": [-3, 4]}}},
                                             {"data": {"features": {"keys": [1], "values": [9], "shape": [2]}}}]})"),
              Rows({1, 2.5, -3, 4, 0, 9}));
  EXPECT_THAT(Parse(kJsonLines, "{\"features\": [1, 2.5]}\n\n{\"data\": {\"features\": {\"values\": [-3, 4]}}}\n"),
              Rows({1, 2.5, -3, 4}));
}

TEST(ParseRequestRowsTest, KeepsRowsSparseForPredictorsThatTakeThemSo) {
  const std::string instance = R"({"data": {"features": {"keys": [1], "values": [9], "shape": [2]}}})";
  ASSERT_OK_AND_ASSIGN(const RequestRows rows, Parse(kJsonLines, instance + "\n{\"features\": [0, 5]}", RowLayout::kSparse));
  EXPECT_THAT(rows.block.columns(), ElementsAre(1, 1));
  EXPECT_THAT(rows.block.values(), ElementsAre(9, 5));
  ASSERT_OK_AND_ASSIGN(const RequestRows as_read, Parse(kJsonLines, instance, RowLayout::kAsRead));
  EXPECT_EQ(as_read.block.layout(), RowLayout::kSparse);
}

TEST(ParseRequestRowsTest, JsonThatIsNotWrittenPlainlyGivesTheSameRows) {
  // A further member, an escape in a name, another order, a shape with the row's 1.
  EXPECT_THAT(Parse(kJson, R"({"version": 1, "instances": [{"features": [1, 2.5]}]})"), Rows({1, 2.5}));
  EXPECT_THAT(Parse(kJson, R"({"instances": [{"features": [1, 2.5]}, {"fe\u0061tures": [-3, 4], "x": null}]})"), Rows({1, 2.5, -3, 4}));
  EXPECT_THAT(Parse(kJson, R"({"instances": [{"data": {"features": {"values": [9, 8], "keys": [1, 0], "shape": [1, 2]}}}]})"),
              Rows({8, 9}));
  EXPECT_THAT(Parse(kJsonLines, "{\"features\": [1, 2.5]}\n{\"features\": [-3, 4], \"id\": \"a\"}\n{\"features\": [5, 6]}\n"),
              Rows({1, 2.5, -3, 4, 5, 6}));
}

TEST(ParseRequestRowsTest, NamesTheRowThatIsBad) {
  const struct {
    std::string_view type;
    std::string body;
    const char* message;
  } cases[] = {
      {kRecordIoProtobuf, Records({{1, 2}, {1, 2, 3}}), "row 1: Row has another length: 3 features, not 2"},
      {kRecordIoProtobuf, Records({{1, 2}}) + "x", "RecordIO is malformed"},
      {kCsv, "1,2\n3", "row 1: Row has another length: 1 features, not 2"},
      {kCsv, "1,x", "row 0: Column 1 is no number"},
      {kCsv, "1,", "row 0: Column 1 is no number"},
      {kCsv, "1,nan", "row 0: Row has a value that is not finite: column 1"},
      {kCsv, "1,1e39", "row 0: Row has a value that is not finite: column 1"},
      {kJson, "{", "JSON"},
      {kJson, "{}", "no list \"instances\""},
      {kJson, R"({"instances": [{"features": [1, 2]}, {"features": [1]}]})", "row 1: Row has another length: 1"},
      {kJson, R"({"instances": [{"features": [1, "2"]}]})", "row 0: Feature 1 is no number"},
      {kJson, R"({"instances": [5]})", "row 0: Instance has neither"},
      {kJson, R"({"instances": [{"data": {"features": {"keys": [2], "values": [1]}}}]})", "row 0: Key 0"},
      {kJson, R"({"instances": [{"data": {"features": {"keys": [1], "values": []}}}]})", "row 0: Instance has unlike"},
      {kJson, R"({"instances": [{"data": {"features": {"keys": [1], "values": [1], "shape": [3]}}}]})", "3 features, not 2"},
      {kJsonLines, "{\"features\": [1, 2]}\n[", "row 1: "},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.body);
    EXPECT_THAT(Parse(test_case.type, test_case.body), IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

TEST(ParseRequestRowsTest, RefusesABodyWithoutRows) {
  for (const std::string_view type : {kRecordIoProtobuf, kCsv, kJsonLines}) {
    EXPECT_THAT(Parse(type, ""), IsError(ErrorKind::kInvalidArgument, "Request has no rows"));
  }
  EXPECT_THAT(Parse(kJson, "{\"instances\": []}"), IsError(ErrorKind::kInvalidArgument, "Request has no rows"));
  EXPECT_THAT(Parse("text/csv;label_size=2", "1,2"), IsError(ErrorKind::kInvalidArgument, HasSubstr("label_size")));
}

}  // namespace
}  // namespace sagespark::container
