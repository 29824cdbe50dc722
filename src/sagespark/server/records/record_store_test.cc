#include "sagespark/server/records/record_store.h"

#include <filesystem>

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::server {
namespace {

using testing::_;
using testing::ElementsAre;
using testing::HasSubstr;

class RecordStoreTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    store_.reset();
    auto database = Database::Open((folder_ / "x.db").string());
    ASSERT_OK(database);
    database_ = *std::move(database);
    auto store = RecordStore::Open(*database_);
    ASSERT_OK(store);
    store_ = *std::move(store);
  }

  void Insert(const std::string& name, int created, const std::string& status = "InService") {
    ASSERT_OK(store_->Insert(RecordKind::kEndpoint, {.name = name, .arn = "arn:" + name, .status = status, .created = Time(created),
                                                     .modified = Time(created), .document = json::Object{{"n", name}}, .tags = {{"k", "v"}}}));
  }

  static SystemTime Time(int millis) { return SystemTime(milliseconds(millis)); }

  std::vector<std::string> Names(const RecordQuery& query) {
    const auto page = store_->List(RecordKind::kEndpoint, query);
    EXPECT_OK(page);
    std::vector<std::string> names;
    for (const Record& record : page->records) names.push_back(record.name);
    return names;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<RecordStore> store_;
};

TEST_F(RecordStoreTest, GivesBackWhatWasInsertedAlsoAfterARestart) {
  Insert("a", 5);
  Open();
  ASSERT_OK_AND_ASSIGN(const Record record, store_->Get(RecordKind::kEndpoint, "a"));
  EXPECT_EQ(record.arn, "arn:a");
  EXPECT_EQ(record.created, Time(5));
  EXPECT_EQ(record.document, json::Value(json::Object{{"n", "a"}}));
  EXPECT_THAT(record.tags, ElementsAre(testing::Pair("k", "v")));
}

TEST_F(RecordStoreTest, RefusesATakenNameOfTheSameKindOnly) {
  Insert("a", 1);
  EXPECT_THAT(store_->Insert(RecordKind::kEndpoint, {.name = "a"}), IsError(ErrorKind::kAlreadyExists, _));
  EXPECT_OK(store_->Insert(RecordKind::kModel, {.name = "a"}));
}

TEST_F(RecordStoreTest, AChangeThatFailsLeavesTheRecord) {
  Insert("a", 1);
  const auto fail = [](Record& record) -> Status {
    record.status = "Gone";
    return Conflict("no");
  };
  EXPECT_THAT(store_->Update(RecordKind::kEndpoint, "a", fail), IsError(ErrorKind::kConflict, "no"));
  EXPECT_EQ(store_->Get(RecordKind::kEndpoint, "a")->status, "InService");
}

TEST_F(RecordStoreTest, WhatDoesNotExistIsNotFound) {
  const auto keep = [](Record&) { return Status::Ok(); };
  EXPECT_THAT(store_->Get(RecordKind::kModel, "x"), IsError(ErrorKind::kNotFound, "No such model: x"));
  EXPECT_THAT(store_->Update(RecordKind::kModel, "x", keep), IsError(ErrorKind::kNotFound, _));
  EXPECT_THAT(store_->Delete(RecordKind::kModel, "x"), IsError(ErrorKind::kNotFound, _));
}

TEST_F(RecordStoreTest, ListsInEveryOrderWithNamesBreakingTies) {
  Insert("c", 1, "Failed");
  Insert("a", 2, "InService");
  Insert("b", 2, "Failed");
  EXPECT_THAT(Names({}), ElementsAre("b", "a", "c"));
  EXPECT_THAT(Names({.ascending = true}), ElementsAre("c", "a", "b"));
  EXPECT_THAT(Names({.order = RecordOrder::kName}), ElementsAre("c", "b", "a"));
  EXPECT_THAT(Names({.order = RecordOrder::kStatus, .ascending = true}), ElementsAre("b", "c", "a"));
}

TEST_F(RecordStoreTest, ListsWhatTheFiltersLetThrough) {
  Insert("job-1", 10, "Failed");
  Insert("Job-2", 20);
  Insert("other", 30);
  EXPECT_THAT(Names({.name_contains = "JOB"}), ElementsAre("Job-2", "job-1"));
  EXPECT_THAT(Names({.status = "Failed"}), ElementsAre("job-1"));
  EXPECT_THAT(Names({.created_after = Time(10), .created_before = Time(30)}), ElementsAre("Job-2"));
  EXPECT_THAT(store_->NamesWithStatus(RecordKind::kEndpoint, "InService"), HasValue(ElementsAre("Job-2", "other")));
}

TEST_F(RecordStoreTest, PagesNeitherSkipNorRepeatWhenRecordsComeAndGo) {
  for (const char* name : {"a", "b", "c", "d"}) Insert(name, 7);
  RecordQuery query{.ascending = true, .limit = 2};
  ASSERT_OK_AND_ASSIGN(const RecordPage first, store_->List(RecordKind::kEndpoint, query));
  EXPECT_EQ(first.records.size(), 2u);
  ASSERT_OK(store_->Delete(RecordKind::kEndpoint, "a"));
  query.token = first.next_token;
  EXPECT_THAT(Names(query), ElementsAre("c", "d"));
  EXPECT_EQ(store_->List(RecordKind::kEndpoint, query)->next_token, "");
}

TEST_F(RecordStoreTest, RefusesAForeignToken) {
  Insert("a", 1);
  Insert("b", 1);
  const std::string token = store_->List(RecordKind::kEndpoint, {.limit = 1})->next_token;
  for (const std::string& bad : {std::string("zz"), std::string("6a"), token}) {
    EXPECT_THAT(store_->List(RecordKind::kEndpoint, {.order = RecordOrder::kName, .token = bad}),
                IsError(ErrorKind::kInvalidArgument, HasSubstr("Invalid NextToken")));
  }
}

TEST_F(RecordStoreTest, CountsByStatus) {
  Insert("a", 1, "Creating");
  Insert("b", 2);
  Insert("c", 3, "Creating");
  EXPECT_THAT(store_->CountByStatus(RecordKind::kEndpoint), HasValue(ElementsAre(testing::Pair("Creating", 2), testing::Pair("InService", 1))));
  EXPECT_THAT(store_->CountByStatus(RecordKind::kTrainingJob), HasValue(testing::IsEmpty()));
}

TEST_F(RecordStoreTest, ChangesAllOfAStatus) {
  Insert("a", 1, "Creating");
  Insert("b", 2);
  Insert("c", 3, "Creating");
  ASSERT_OK(store_->UpdateAll(RecordKind::kEndpoint, "Creating", [](Record& record) {
    record.status = "Failed";
    return Status::Ok();
  }));
  EXPECT_THAT(store_->NamesWithStatus(RecordKind::kEndpoint, "Failed"), HasValue(ElementsAre("a", "c")));
  EXPECT_THAT(store_->NamesWithStatus(RecordKind::kEndpoint, "InService"), HasValue(ElementsAre("b")));
}

}  // namespace
}  // namespace sagespark::server
