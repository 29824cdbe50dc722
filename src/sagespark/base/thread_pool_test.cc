#include "sagespark/base/thread_pool.h"

#include <atomic>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark {
namespace {

TEST(ThreadPoolTest, CallsTheBodyOnceForEachIndex) {
  for (const int threads : {0, 1, 2, 5}) {
    SCOPED_TRACE(threads);
    ThreadPool pool(threads);
    std::vector<int> calls(1000);
    pool.ParallelFor(1000, [&](int64_t i) { ++calls[i]; });
    EXPECT_THAT(calls, testing::Each(1));
  }
}

TEST(ThreadPoolTest, RunsLoopAfterLoop) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum = 0;
  for (int loop = 0; loop < 500; ++loop) pool.ParallelFor(loop, [&](int64_t i) { sum += i; });
  int64_t expected = 0;
  for (int64_t loop = 0; loop < 500; ++loop) expected += loop * (loop - 1) / 2;
  EXPECT_EQ(sum, expected);
}

TEST(ThreadPoolTest, SpreadsALoopOverAllItsThreads) {
  ThreadPool pool(2);
  // Each body waits for the other one: only two threads at once can finish this.
  std::atomic<int> arrived = 0;
  pool.ParallelFor(2, [&](int64_t) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
  });
  EXPECT_EQ(arrived, 2);
}

TEST(ThreadPoolTest, DoesNothingForAnEmptyLoop) {
  ThreadPool pool(2);
  pool.ParallelFor(0, [](int64_t) { FAIL() << "called"; });
}

}  // namespace
}  // namespace sagespark
