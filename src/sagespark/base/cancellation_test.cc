#include "sagespark/base/cancellation.h"

#include "sagespark/testing/matchers.h"

namespace sagespark {
namespace {

TEST(CancellationTest, CallsBackOnceAndNotAfterTheRegistrationIsGone) {
  CancellationSource source;
  int kept_calls = 0;
  int dropped_calls = 0;
  const auto kept = source.token().OnCancel([&] { ++kept_calls; });
  source.token().OnCancel([&] { ++dropped_calls; }).reset();
  source.Cancel();
  source.Cancel();
  EXPECT_EQ(kept_calls, 1);
  EXPECT_EQ(dropped_calls, 0);
}

TEST(CancellationTest, CallsBackAtOnceWhenAlreadyCancelled) {
  CancellationSource source;
  source.Cancel();
  bool called = false;
  const auto registration = source.token().OnCancel([&] { called = true; });
  EXPECT_TRUE(called);
  EXPECT_THAT(source.token().Check(), IsError(ErrorKind::kCancelled, "Cancelled"));
}

TEST(CancellationTest, ACallbackMayDropItsOwnRegistration) {
  CancellationSource source;
  std::shared_ptr<void> registration;
  registration = source.token().OnCancel([&] { registration.reset(); });
  source.Cancel();
  EXPECT_EQ(registration, nullptr);
}

TEST(CancellationTest, TheEmptyTokenIsNeverCancelled) {
  EXPECT_FALSE(CancellationToken().cancelled());
  EXPECT_OK(CancellationToken().Check());
}

}  // namespace
}  // namespace sagespark
