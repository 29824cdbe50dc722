#include "sagespark/staging/request_window.h"

#include <gtest/gtest.h>

namespace sagespark::staging {
namespace {

TEST(RequestWindowTest, DoublesWithEachReplyUpToTheMost) {
  RequestWindow window(6);
  EXPECT_EQ(window.size(), 1u);
  for (const size_t size : {2, 4, 6, 6}) {
    window.OnReply();
    EXPECT_EQ(window.size(), size);
  }
}

TEST(RequestWindowTest, HalvesOnceForTheRequestsSentTogetherAndAgainForLaterOnes) {
  RequestWindow window(8);
  for (int reply = 0; reply < 3; ++reply) window.OnReply();
  const uint64_t sent = window.generation();
  window.OnThrottle(sent);
  window.OnThrottle(sent);
  EXPECT_EQ(window.size(), 4u);
  window.OnThrottle(window.generation());
  EXPECT_EQ(window.size(), 2u);
}

TEST(RequestWindowTest, KeepsOneRequestHoweverOftenItIsThrottled) {
  RequestWindow window(8);
  for (int throttle = 0; throttle < 5; ++throttle) window.OnThrottle(window.generation());
  EXPECT_EQ(window.size(), 1u);
}

TEST(RequestWindowTest, GrowsByOneForAWindowOfRepliesOnceThrottled) {
  RequestWindow window(8);
  for (int reply = 0; reply < 3; ++reply) window.OnReply();
  window.OnThrottle(window.generation());
  for (int reply = 0; reply < 4; ++reply) {
    EXPECT_EQ(window.size(), 4u);
    window.OnReply();
  }
  EXPECT_EQ(window.size(), 5u);
  for (int reply = 0; reply < 5 + 6 + 7 + 8; ++reply) window.OnReply();
  EXPECT_EQ(window.size(), 8u);
}

}  // namespace
}  // namespace sagespark::staging
