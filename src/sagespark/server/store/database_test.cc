#include "sagespark/server/store/database.h"

#include <filesystem>
#include <thread>

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::server {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    Open();
    ASSERT_OK(database_->Write([](Connection& connection) {
      return connection.Execute("CREATE TABLE item (name BLOB PRIMARY KEY, size INTEGER) WITHOUT ROWID");
    }));
  }

  void Open() {
    database_.reset();
    ASSERT_OK_AND_ASSIGN(database_, Database::Open((folder_ / "x.db").string()));
  }
  static Status Insert(Connection& connection, std::string_view name, int64_t size) {
    SAGESPARK_ASSIGN_OR_RETURN(Statement insert, connection.Prepare("INSERT INTO item VALUES (?, ?)"));
    return insert.BindBlob(1, name).BindInt(2, size).Run();
  }
  int64_t Count() {
    int64_t count = -1;
    const Status read = database_->Read([&](Connection& connection) -> Status {
      SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare("SELECT count(*), sum(size) FROM item"));
      SAGESPARK_RETURN_IF_ERROR(select.Step());
      count = select.Int(0);
      return Status::Ok();
    });
    EXPECT_OK(read);
    return count;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(DatabaseTest, KeepsWhatWasWritten) {
  ASSERT_OK(database_->Write([](Connection& connection) { return Insert(connection, std::string_view("a\0b", 3), 7); }));
  Open();
  ASSERT_OK(database_->Read([](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare("SELECT name, size FROM item"));
    EXPECT_THAT(select.Step(), HasValue(true));
    EXPECT_EQ(select.Text(0), std::string("a\0b", 3));
    EXPECT_EQ(select.Int(1), 7);
    EXPECT_THAT(select.Step(), HasValue(false));
    return Status::Ok();
  }));
}

TEST_F(DatabaseTest, AFailedWriteLeavesNothing) {
  const auto write = [&] {
    return database_->Write([](Connection& connection) -> Status {
      SAGESPARK_RETURN_IF_ERROR(Insert(connection, "a", 1));
      return Conflict("no");
    });
  };
  EXPECT_THAT(write(), IsError(ErrorKind::kConflict, "no"));
  EXPECT_EQ(Count(), 0);
}

TEST_F(DatabaseTest, TellsATakenKey) {
  const auto write = [&] { return database_->Write([](Connection& c) { return Insert(c, "a", 1); }); };
  ASSERT_OK(write());
  EXPECT_THAT(write(), IsError(ErrorKind::kAlreadyExists, testing::_));
}

TEST_F(DatabaseTest, ManyThreadsWriteAndFailEachForItself) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const bool fails = i % 2 == 1;
        const Status status = database_->Write([&](Connection& connection) -> Status {
          SAGESPARK_RETURN_IF_ERROR(Insert(connection, std::to_string(t * 100 + i), 1));
          return fails ? Status(Conflict("no")) : Status::Ok();
        });
        EXPECT_EQ(status.ok(), !fails);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count(), 80);
}

}  // namespace
}  // namespace sagespark::server
