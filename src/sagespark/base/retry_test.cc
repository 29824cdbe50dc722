#include "sagespark/base/retry.h"

#include <fstream>
#include <sstream>

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark {
namespace {

using std::chrono::seconds;

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// What botocore made of a call: its replies, the waits, and the quota after it.
struct GoldenCall {
  std::vector<std::string> replies;
  std::vector<milliseconds> waits;
  int quota = 0;
};

std::vector<GoldenCall> ReadGoldenCalls() {
  std::ifstream file(SourcePath("tests/goldens/aws/retry_sequences.txt"));
  std::vector<GoldenCall> calls;
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find('|');
    const size_t second = line.find('|', first + 1);
    GoldenCall call{.replies = Words(line.substr(0, first)), .quota = std::stoi(line.substr(second + 1))};
    for (const auto& wait : Words(line.substr(first + 1, second - first - 1))) {
      call.waits.emplace_back(std::stoi(wait));
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

Status Play(const std::string& reply, RetryAttempt& attempt) {
  if (reply.size() > 1) attempt.retry_after = milliseconds(std::stoi(reply.substr(1)));
  switch (reply[0]) {
    case 't': return Error(ErrorKind::kUnavailable, "500", "InternalError");
    case 'h': return Error(ErrorKind::kUnavailable, "503", "SlowDown");
    case 'f': return Error(ErrorKind::kInvalidArgument, "400", "ValidationException");
    default: return Status::Ok();
  }
}

TEST(RetrierTest, WaitsAndSpendsQuotaAsBotocoreDoes) {
  const auto calls = ReadGoldenCalls();
  ASSERT_EQ(calls.size(), 47u);
  const FakeClock clock;
  Retrier retrier({}, clock, [] { return 0.75; });
  for (size_t i = 0; i < calls.size(); ++i) {
    SCOPED_TRACE("line " + std::to_string(i + 1));
    const size_t sleeps_before = clock.sleeps().size();
    static_cast<void>(retrier.Run([&](RetryAttempt& attempt) {
      return Play(calls[i].replies[static_cast<size_t>(attempt.number - 1)], attempt);
    }));
    const std::vector<milliseconds> waits(clock.sleeps().begin() + static_cast<ptrdiff_t>(sleeps_before),
                                          clock.sleeps().end());
    EXPECT_EQ(waits, calls[i].waits);
    EXPECT_EQ(retrier.quota().available(), calls[i].quota);
  }
}

TEST(RetryDelayTest, DoublesUpToTwentySeconds) {
  // By hand: 0.5 * min(1 s * 2^(n - 1), 20 s).
  const RetryOptions options;
  EXPECT_EQ(RetryDelay(options, RetryClass::kThrottle, 1, 0.5), milliseconds(500));
  EXPECT_EQ(RetryDelay(options, RetryClass::kThrottle, 3, 0.5), seconds(2));
  EXPECT_EQ(RetryDelay(options, RetryClass::kThrottle, 6, 0.5), seconds(10));
  EXPECT_EQ(RetryDelay(options, RetryClass::kThrottle, 1000, 0.5), seconds(10));
  EXPECT_EQ(RetryDelay(options, RetryClass::kTransient, 2, 0.5), milliseconds(50));
}

TEST(RetrierTest, DoesNotWaitBeyondTheDeadline) {
  const FakeClock clock;
  Retrier retrier({}, clock, [] { return 0.5; });
  int calls = 0;
  const Status status = retrier.Run(
      [&](RetryAttempt&) -> Status {
        ++calls;
        return Error(ErrorKind::kThrottled, "busy");
      },
      {}, Deadline::After(milliseconds(400), clock));
  EXPECT_THAT(status, IsError(ErrorKind::kThrottled, "busy"));
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(clock.sleeps().empty());
  EXPECT_EQ(retrier.quota().available(), RetryQuota::kCapacity);
}

TEST(RetrierTest, ACancelledWaitIsCancelled) {
  const FakeClock clock;
  Retrier retrier({}, clock, [] { return 0.5; });
  CancellationSource source;
  const Result<int> result = retrier.Run(
      [&](RetryAttempt&) -> Result<int> {
        source.Cancel();
        return Unavailable("cut");
      },
      source.token());
  EXPECT_THAT(result, IsError(ErrorKind::kCancelled, "Cancelled"));
}

TEST(RetrierTest, TheOperationMayDecideItself) {
  const FakeClock clock;
  Retrier retrier({.max_attempts = 2}, clock, [] { return 0.5; });
  const auto fail_as = [&](ErrorKind kind, RetryClass retry_class) {
    int calls = 0;
    static_cast<void>(retrier.Run([&](RetryAttempt& attempt) -> Status {
      ++calls;
      attempt.retry_class = retry_class;
      return Error(kind, "x");
    }));
    return calls;
  };
  EXPECT_EQ(fail_as(ErrorKind::kModelError, RetryClass::kTransient), 2);
  EXPECT_EQ(fail_as(ErrorKind::kUnavailable, RetryClass::kNever), 1);
}

TEST(ClassifyForRetryTest, TheServicesCodeComesBeforeTheKind) {
  EXPECT_EQ(ClassifyForRetry(Error(ErrorKind::kInvalidArgument, "x", "ThrottlingException")), RetryClass::kThrottle);
  EXPECT_EQ(ClassifyForRetry(Error(ErrorKind::kInvalidArgument, "x", "RequestTimeout")), RetryClass::kTransient);
  EXPECT_EQ(ClassifyForRetry(Unavailable("x")), RetryClass::kTransient);
  EXPECT_EQ(ClassifyForRetry(TimedOut("x")), RetryClass::kTransient);
  EXPECT_EQ(ClassifyForRetry(Error(ErrorKind::kThrottled, "x")), RetryClass::kThrottle);
  for (const auto kind : {ErrorKind::kInvalidArgument, ErrorKind::kNotFound, ErrorKind::kCancelled,
                          ErrorKind::kModelError, ErrorKind::kPermissionDenied}) {
    EXPECT_EQ(ClassifyForRetry(Error(kind, "x")), RetryClass::kNever);
  }
}

}  // namespace
}  // namespace sagespark
