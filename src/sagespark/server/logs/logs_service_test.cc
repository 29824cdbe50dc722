#include "sagespark/server/logs/logs_service.h"

#include <filesystem>

#include "sagespark/aws/model/logs_rules.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LogsServiceTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    store_.reset();
    auto store = LogStore::Open((folder_ / "logs.db").string(), clock_);
    ASSERT_OK(store);
    store_ = *std::move(store);
    service_ = std::make_unique<LogsService>(*store_);
  }

  void Write(const std::string& stream, const std::vector<std::string>& lines) {
    ASSERT_OK(store_->CreateStream("/aws/g", stream));
    ASSERT_OK(store_->Append("/aws/g", stream, lines));
  }

  /// The reply, checked against the service's own output shape.
  Result<json::Value> Call(std::string_view operation, json::Object input) {
    auto reply = service_->Handle({.account_id = "000000000000", .region = "us-east-1"}, operation, std::move(input));
    if (!reply.ok()) return reply;
    const aws::ShapeRule* output = aws::FindOperation(aws::logs::OperationRules(), operation)->output;
    if (output != nullptr) EXPECT_OK(aws::Validate(*output, *reply));
    return reply;
  }

  struct Page {
    std::vector<std::string> messages;
    std::string forward;
    std::string backward;
  };
  Page Events(json::Object more) {
    more.insert({{"logGroupName", "/aws/g"}, {"logStreamName", "s"}});
    const auto reply = Call("GetLogEvents", more);
    EXPECT_OK(reply);
    Page page{{}, *reply->GetString("nextForwardToken"), *reply->GetString("nextBackwardToken")};
    for (const json::Value& event : *reply->Find("events")->if_array()) page.messages.push_back(*event.GetString("message"));
    return page;
  }

  std::vector<std::string> StreamNames(json::Object more) {
    more.insert({{"logGroupName", "/aws/g"}});
    std::vector<std::string> names;
    const auto reply = Call("DescribeLogStreams", more);
    EXPECT_OK(reply);
    for (const json::Value& stream : *reply->Find("logStreams")->if_array()) names.push_back(*stream.GetString("logStreamName"));
    return names;
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  std::unique_ptr<LogStore> store_;
  std::unique_ptr<LogsService> service_;
};

TEST_F(LogsServiceTest, ATailSeesEveryEventOnceAndGetsItsTokenBackAtTheEnd) {
  Write("s", {"1", "2", "3"});
  Page page = Events({{"startFromHead", true}, {"limit", 2}});
  EXPECT_THAT(page.messages, ElementsAre("1", "2"));
  page = Events({{"nextToken", page.forward}});
  EXPECT_THAT(page.messages, ElementsAre("3"));
  const std::string end = page.forward;
  page = Events({{"nextToken", end}});
  EXPECT_THAT(page.messages, IsEmpty());
  EXPECT_EQ(page.forward, end);
  Write("s", {"4"});
  EXPECT_THAT(Events({{"nextToken", end}}).messages, ElementsAre("4"));
}

TEST_F(LogsServiceTest, StartsWithTheLastEventsAndGoesBackToTheFirst) {
  Write("s", {"1", "2", "3"});
  Page page = Events({{"limit", 2}});
  EXPECT_THAT(page.messages, ElementsAre("2", "3"));
  page = Events({{"nextToken", page.backward}, {"limit", 2}});
  EXPECT_THAT(page.messages, ElementsAre("1"));
  const std::string head = page.backward;
  page = Events({{"nextToken", head}});
  EXPECT_THAT(page.messages, IsEmpty());
  EXPECT_EQ(page.backward, head);
}

TEST_F(LogsServiceTest, ATailOfAnEmptyStreamStartsAtItsHead) {
  ASSERT_OK(store_->CreateStream("/aws/g", "s"));
  const Page page = Events({{"startFromHead", true}});
  EXPECT_THAT(page.messages, IsEmpty());
  Write("s", {"1"});
  EXPECT_THAT(Events({{"nextToken", page.forward}}).messages, ElementsAre("1"));
}

TEST_F(LogsServiceTest, CutsByTimeWithTheEndOutside) {
  Write("s", {"1"});
  const int64_t first = std::chrono::duration_cast<milliseconds>(clock_.Now().time_since_epoch()).count();
  clock_.Advance(milliseconds(10));
  Write("s", {"2"});
  EXPECT_THAT(Events({{"startTime", first + 1}}).messages, ElementsAre("2"));
  EXPECT_THAT(Events({{"endTime", first + 10}}).messages, ElementsAre("1"));
}

TEST_F(LogsServiceTest, AnswersAtMostOneMebibyte) {
  Write("s", std::vector<std::string>(3, std::string(500'000, 'x')));
  EXPECT_EQ(Events({{"startFromHead", true}}).messages.size(), 2u);
}

TEST_F(LogsServiceTest, ListsStreamsByPrefixAndOrder) {
  Write("b/1", {"x"});
  clock_.Advance(milliseconds(1));
  Write("a/1", {"x"});
  clock_.Advance(milliseconds(1));
  Write("b/2", {"x"});
  EXPECT_THAT(StreamNames({}), ElementsAre("a/1", "b/1", "b/2"));
  EXPECT_THAT(StreamNames({{"logStreamNamePrefix", "b/"}}), ElementsAre("b/1", "b/2"));
  EXPECT_THAT(StreamNames({{"orderBy", "LastEventTime"}, {"descending", true}}), ElementsAre("b/2", "a/1", "b/1"));
  const auto reply = Call("DescribeLogStreams", {{"logGroupName", "/aws/g"}, {"limit", 2}});
  ASSERT_OK(reply);
  EXPECT_THAT(StreamNames({{"nextToken", *reply->GetString("nextToken")}}), ElementsAre("b/2"));
}

TEST_F(LogsServiceTest, ListsGroupsByPrefixPageByPage) {
  for (const char* group : {"/aws/a", "/aws/b", "/other"}) ASSERT_OK(store_->CreateStream(group, "s"));
  const auto first = Call("DescribeLogGroups", {{"logGroupNamePrefix", "/aws"}, {"limit", 1}});
  ASSERT_OK(first);
  EXPECT_EQ(*first->Find("logGroups")->if_array()->at(0).GetString("arn"), "arn:aws:logs:us-east-1:000000000000:log-group:/aws/a:*");
  const auto second = Call("DescribeLogGroups", {{"logGroupNamePrefix", "/aws"}, {"nextToken", *first->GetString("nextToken")}});
  ASSERT_OK(second);
  EXPECT_EQ(second->Find("logGroups")->if_array()->size(), 1u);
  EXPECT_EQ(second->Find("nextToken"), nullptr);
}

TEST_F(LogsServiceTest, KeepsEventsOverARestart) {
  Write("s", {"1", "2"});
  Open();
  EXPECT_THAT(Events({}).messages, ElementsAre("1", "2"));
}

TEST_F(LogsServiceTest, AnswersBadRequestsAsAwsDoes) {
  Write("s", {"1"});
  const struct { const char* name; const char* operation; json::Object input; const char* code; } cases[] = {
      {"no group", "GetLogEvents", {{"logGroupName", "/x"}, {"logStreamName", "s"}}, "ResourceNotFoundException"},
      {"no stream", "GetLogEvents", {{"logGroupName", "/aws/g"}, {"logStreamName", "x"}}, "ResourceNotFoundException"},
      {"no group of streams", "DescribeLogStreams", {{"logGroupName", "/x"}}, "ResourceNotFoundException"},
      {"bad token", "GetLogEvents", {{"logGroupName", "/aws/g"}, {"logStreamName", "s"}, {"nextToken", "f/1x"}}, "InvalidParameterException"},
      {"limit", "GetLogEvents", {{"logGroupName", "/aws/g"}, {"logStreamName", "s"}, {"limit", 0}}, "InvalidParameterException"},
      {"group twice", "DescribeLogStreams", {{"logGroupName", "/x"}, {"logGroupIdentifier", "/x"}}, "InvalidParameterException"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    const auto reply = Call(test_case.operation, test_case.input);
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().code(), test_case.code);
  }
  EXPECT_THAT(Call("PutRetentionPolicy", {}), IsError(ErrorKind::kUnimplemented, "Operation is not offered: PutRetentionPolicy"));
}

TEST_F(LogsServiceTest, AFilterSeesTheMatchingEventsOfAllStreamsInTheirOrder) {
  Write("a", {"keep 1", "drop 1"});
  clock_.Advance(milliseconds(10));
  Write("b", {"keep 2"});
  clock_.Advance(milliseconds(10));
  Write("a", {"keep 3", "drop 2"});
  const auto filter = [&](json::Object more) {
    more.insert({{"logGroupName", "/aws/g"}});
    std::vector<std::string> messages;
    while (true) {
      const auto reply = Call("FilterLogEvents", more);
      EXPECT_OK(reply);
      for (const json::Value& event : *reply->Find("events")->if_array()) {
        messages.push_back(*event.GetString("logStreamName") + ":" + *event.GetString("message"));
      }
      const json::Value* token = reply->Find("nextToken");
      if (token == nullptr) return messages;
      more["nextToken"] = *token;
    }
  };
  EXPECT_THAT(filter({{"filterPattern", "keep"}}), ElementsAre("a:keep 1", "b:keep 2", "a:keep 3"));
  EXPECT_THAT(filter({{"filterPattern", "keep"}, {"limit", 1}}), ElementsAre("a:keep 1", "b:keep 2", "a:keep 3"));
  EXPECT_THAT(filter({{"logStreamNames", json::Array{"b"}}}), ElementsAre("b:keep 2"));
  EXPECT_THAT(filter({{"logStreamNamePrefix", "a"}, {"filterPattern", "-keep"}}), ElementsAre("a:drop 1", "a:drop 2"));
  const int64_t now = std::chrono::duration_cast<milliseconds>(clock_.Now().time_since_epoch()).count();
  EXPECT_THAT(filter({{"startTime", now - 10}, {"endTime", now - 10}}), ElementsAre("b:keep 2"));
  for (const auto& [name, value] : {std::pair<std::string, json::Value>("nextToken", "x"), {"filterPattern", "{ $.a = 1 }"}}) {
    EXPECT_THAT(Call("FilterLogEvents", {{"logGroupName", "/aws/g"}, {name, value}}), IsError(ErrorKind::kInvalidArgument, testing::_));
  }
  EXPECT_THAT(Call("FilterLogEvents", {{"logGroupName", "/aws/g"}, {"logStreamNames", json::Array{"none"}}}),
              IsError(ErrorKind::kNotFound, testing::HasSubstr("log stream does not exist")));
}

TEST_F(LogsServiceTest, GroupsStreamsAndEventsAreMadeAndDeleted) {
  const json::Object group{{"logGroupName", "/mine"}};
  const json::Object stream{{"logGroupName", "/mine"}, {"logStreamName", "s"}};
  const auto is_there = [](const char* what) { return IsError(ErrorKind::kAlreadyExists, testing::HasSubstr(what)); };
  const auto is_gone = [](const char* what) { return IsError(ErrorKind::kNotFound, testing::HasSubstr(what)); };
  EXPECT_THAT(Call("CreateLogStream", stream), is_gone("log group"));
  ASSERT_OK(Call("CreateLogGroup", group));
  EXPECT_THAT(Call("CreateLogGroup", group), is_there("log group"));
  ASSERT_OK(Call("CreateLogStream", stream));
  EXPECT_THAT(Call("CreateLogStream", stream), is_there("log stream"));

  const int64_t now = std::chrono::duration_cast<milliseconds>(clock_.Now().time_since_epoch()).count();
  const auto put = [&](const std::vector<int64_t>& ages) {
    json::Object request = stream;
    json::Array events;
    for (const int64_t age : ages) events.push_back(json::Object{{"timestamp", now - age}, {"message", "age " + std::to_string(age)}});
    request["logEvents"] = std::move(events);
    return Call("PutLogEvents", request);
  };
  const int64_t day = 86'400'000;
  const auto reply = put({15 * day, 13 * day, 0, -3 * 3'600'000});
  ASSERT_OK(reply);
  EXPECT_EQ(json::Dump(*reply->Find("rejectedLogEventsInfo")), R"({"tooNewLogEventStartIndex":3,"tooOldLogEventEndIndex":1})");
  EXPECT_THAT(put({0, 1}), IsError(ErrorKind::kInvalidArgument, testing::HasSubstr("chronological order")));
  json::Object tail = stream;
  tail["startFromHead"] = true;
  ASSERT_OK_AND_ASSIGN(const json::Value events, Call("GetLogEvents", tail));
  EXPECT_EQ(events.Find("events")->if_array()->size(), 2u);
  ASSERT_OK(put({2 * day}));  // Older than one that was put before: it stands where it came.
  ASSERT_OK_AND_ASSIGN(const json::Value more, Call("GetLogEvents", tail));
  EXPECT_THAT(more.Find("events")->if_array()->back().GetString("message"), HasValue("age " + std::to_string(2 * day)));

  ASSERT_OK(Call("DeleteLogStream", stream));
  EXPECT_THAT(Call("DeleteLogStream", stream), is_gone("log stream"));
  EXPECT_THAT(Call("GetLogEvents", tail), is_gone("log stream"));
  ASSERT_OK(Call("DeleteLogGroup", group));
  EXPECT_THAT(Call("DeleteLogGroup", group), is_gone("log group"));
}

}  // namespace
}  // namespace sagespark::server
