#include "sagespark/server/transform/data_processing.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;
using ::testing::HasSubstr;

sm::DescribeTransformJobResponse JobOf(const std::string& type, const std::string& input_filter, const std::string& output_filter, bool joins) {
  sm::DescribeTransformJobResponse job;
  job.transform_input.content_type = type;
  job.transform_output = {.s3_output_path = "s3://b/x", .accept = type};
  job.data_processing = {.input_filter = input_filter, .output_filter = output_filter, .join_source = joins ? "Input" : "None"};
  return job;
}

TEST(JsonPathTest, SelectsWhatTheExpressionSays) {
  const json::Value root = *json::Parse(R"({"a": {"b": [1, 2, 3]}, "c d": true, "e": [{"f": 1}, {"f": 2}]})");
  const std::pair<const char*, const char*> cases[] = {
      {"$.a.b", "[1,2,3]"}, {"$.a.b[0]", "1"},     {"$.a.b[-1]", "3"},     {"$.a.b[1:]", "[2,3]"},    {"$.a.b[:-1]", "[1,2]"},
      {"$.a.b[0,2]", "[1,3]"}, {"$['c d']", "true"}, {"$['c d','a']", R"([true,{"b":[1,2,3]}])"}, {"$.e[*].f", "[1,2]"}, {"$.a.*", "[[1,2,3]]"},
      {"$.a.b[0, 1:2]", "[1,2]"}, {"$.a.b[5:]", "[]"}, {"$.none[*]", "[]"}};
  for (const auto& [path, selected] : cases) {
    ASSERT_OK_AND_ASSIGN(const JsonPath parsed, JsonPath::Parse(path));
    ASSERT_OK_AND_ASSIGN(const json::Value value, parsed.Select(root));
    EXPECT_EQ(json::Dump(value), selected) << path;
  }
  EXPECT_THAT(JsonPath::Parse("$.none")->Select(root), IsError(ErrorKind::kInvalidArgument, "A record has nothing at JSONPath $.none"));
  EXPECT_THAT(JsonPath::Parse("$.a.b[-4]")->Select(root), IsError(ErrorKind::kInvalidArgument, HasSubstr("[-4]")));
}

TEST(JsonPathTest, RefusesOtherExpressions) {
  for (const char* text : {"", "a", "$a", "$.", "$..a", "$[", "$[]", "$['a]", "$[?(@.a)]", "$[1", "$[x]", "$['a',1]", "$[*"}) {
    EXPECT_THAT(JsonPath::Parse(text), IsError(ErrorKind::kInvalidArgument, HasSubstr("JSONPath is not offered"))) << text;
  }
}

TEST(DataProcessingTest, ChangesNothingByDefault) {
  EXPECT_TRUE(DataProcessing::Make({})->is_identity());
  EXPECT_TRUE(DataProcessing::Make(JobOf("image/png", "$", "$", false))->is_identity());
}

TEST(DataProcessingTest, FiltersAndJoinsCsv) {
  ASSERT_OK_AND_ASSIGN(const DataProcessing processing, DataProcessing::Make(JobOf("text/csv", "$[1:]", "$[0,-1]", true)));
  const std::string body = "id1,1,2\r\n\n\"id,2\",3,4\n";
  EXPECT_THAT(processing.RequestOf(body), HasValue("1,2\n3,4\n"));
  EXPECT_THAT(processing.OutputOf(body, "0.5\n0.25"), HasValue("id1,0.5\n\"id,2\",0.25\n"));
}

TEST(DataProcessingTest, FiltersAndJoinsJsonLines) {
  ASSERT_OK_AND_ASSIGN(const DataProcessing processing, DataProcessing::Make(JobOf("application/jsonlines", "$.features", "$", true)));
  EXPECT_THAT(processing.RequestOf("{\"features\": [1, 2], \"id\": 7}\n"), HasValue("[1,2]\n"));
  EXPECT_THAT(processing.OutputOf("{\"features\": [1, 2], \"id\": 7}\n", "{\"score\": 1}\n"),
              HasValue("{\"SageMakerOutput\":{\"score\":1},\"features\":[1,2],\"id\":7}\n"));
  EXPECT_THAT(processing.OutputOf("[1]\n", "2\n"), HasValue("{\"SageMakerInput\":[1],\"SageMakerOutput\":2}\n"));
}

TEST(DataProcessingTest, FiltersTheAnswersWithoutAJoin) {
  ASSERT_OK_AND_ASSIGN(const DataProcessing processing, DataProcessing::Make(JobOf("application/json", "$", "$.predictions[*].score", false)));
  EXPECT_THAT(processing.OutputOf("", R"({"predictions": [{"score": 1}, {"score": 2}]})"), HasValue("[1,2]"));
}

TEST(DataProcessingTest, ErrorsNameTheRecord) {
  ASSERT_OK_AND_ASSIGN(const DataProcessing csv, DataProcessing::Make(JobOf("text/csv", "$[2]", "$", true)));
  EXPECT_THAT(csv.RequestOf("1,2,3\n1,2\n"), IsError(ErrorKind::kInvalidArgument, "Record 1 of a request: A record has nothing at JSONPath $[2]"));
  EXPECT_THAT(csv.OutputOf("1\n2\n", "1\n"), IsError(ErrorKind::kInvalidArgument, HasSubstr("mismatched line count between the input and the output: 2 and 1")));
  ASSERT_OK_AND_ASSIGN(const DataProcessing json, DataProcessing::Make(JobOf("application/jsonlines", "$.a", "$", false)));
  EXPECT_THAT(json.RequestOf("{\"a\":1}\nno json\n"), IsError(ErrorKind::kCorruptData, HasSubstr("Record 1 of a request")));
}

TEST(DataProcessingTest, RefusesWhatCannotBeProcessed) {
  EXPECT_THAT(DataProcessing::Make(JobOf("image/png", "$", "$", true)), IsError(ErrorKind::kInvalidArgument, HasSubstr("image/png")));
  auto job = JobOf("text/csv", "$", "$", true);
  job.transform_output->accept = "application/jsonlines";
  EXPECT_THAT(DataProcessing::Make(job), IsError(ErrorKind::kInvalidArgument, HasSubstr("of one kind: text/csv and application/jsonlines")));
  EXPECT_THAT(DataProcessing::Make(JobOf("text/csv", "$..x", "$", false)), IsError(ErrorKind::kInvalidArgument, HasSubstr("$..x")));
}

}  // namespace
}  // namespace sagespark::server
