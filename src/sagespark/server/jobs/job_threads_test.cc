#include "sagespark/server/jobs/job_threads.h"

#include <latch>

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

TEST(StoreUntilDoneTest, TriesAgainWhileTheDiskIsFull) {
  const JobSignals signals;
  int calls = 0;
  EXPECT_OK(StoreUntilDone("j", signals, [&]() -> Status { return ++calls < 4 ? Status(Error(ErrorKind::kIo, "full")) : Status::Ok(); }, milliseconds(1)));
  EXPECT_EQ(calls, 4);
}

TEST(StoreUntilDoneTest, GivesUpWhatNoRoomWouldMend) {
  const JobSignals signals;
  int calls = 0;
  EXPECT_THAT(StoreUntilDone("j", signals, [&]() -> Status { ++calls; return NotFound("no such job"); }), IsError(ErrorKind::kNotFound, "no such job"));
  EXPECT_EQ(calls, 1);
}

TEST(StoreUntilDoneTest, EndsWithTheServer) {
  JobThreads threads(1);
  std::latch tried(1);
  std::atomic<int> calls = 0;
  threads.Start("j", [&](JobSignals& signals) {
    EXPECT_THAT(StoreUntilDone("j", signals, [&]() -> Status {
                  if (++calls == 1) tried.count_down();
                  return Error(ErrorKind::kIo, "full");
                }, milliseconds(600'000)), IsError(ErrorKind::kIo, "full"));
  });
  tried.wait();
  threads.EndAll();  // Wakes it long before its pause is over.
  EXPECT_LE(calls, 2);
}

}  // namespace
}  // namespace sagespark::server
