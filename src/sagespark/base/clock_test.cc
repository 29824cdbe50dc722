#include "sagespark/base/clock.h"

#include <thread>

#include "sagespark/testing/matchers.h"

namespace sagespark {
namespace {

using std::chrono::seconds;

TEST(ClockTest, FormatsTheTimeAsIso8601InUtc) {
  EXPECT_EQ(FormatIso8601(SystemTime(milliseconds(1'700'000'000'007))), "2023-11-14T22:13:20.007Z");
}

TEST(ClockTest, TheFakeClockMovesByItsSleeps) {
  const FakeClock clock;
  const auto start = clock.SteadyNow();
  ASSERT_OK(clock.Sleep(seconds(3)));
  EXPECT_EQ(clock.SteadyNow() - start, seconds(3));
  EXPECT_THAT(clock.sleeps(), testing::ElementsAre(seconds(3)));
}

TEST(ClockTest, ACancelledSleepEndsAtOnce) {
  CancellationSource source;
  std::thread canceller([&] { source.Cancel(); });
  EXPECT_THAT(Clock::System().Sleep(seconds(60), source.token()), IsError(ErrorKind::kCancelled, "Cancelled"));
  canceller.join();
}

TEST(DeadlineTest, PassesWhenItsTimeIsUp) {
  FakeClock clock;
  const auto deadline = Deadline::After(seconds(2), clock);
  clock.Advance(milliseconds(1500));
  EXPECT_EQ(deadline.left(clock), milliseconds(500));
  clock.Advance(milliseconds(500));
  EXPECT_TRUE(deadline.passed(clock));
  EXPECT_EQ(Deadline().left(clock), milliseconds::max());
}

}  // namespace
}  // namespace sagespark
