#include "sagespark/server/transform/object_transform.h"

#include <algorithm>
#include <atomic>
#include <sstream>
#include <thread>

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

PayloadReader LinesOf(std::string text) {
  auto source = [text = std::move(text), at = size_t{0}](std::span<char> buffer) mutable -> Result<size_t> {
    const size_t count = std::min(buffer.size(), text.size() - at);
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, buffer.begin());
    at += count;
    return count;
  };
  return {RecordSplitter(SplitType::kLine, source, 100), true, 100};
}

TEST(TransformObjectTest, WritesRepliesInTheOrderOfTheirPayloads) {
  RequestSlots slots(3);
  std::ostringstream out;
  std::atomic<int> answered = 0;
  // The first of every three waits until both others have been answered.
  const auto send = [&](const Payload& payload) -> Result<std::string> {
    const int number = std::stoi(payload.body);
    while (number % 3 == 0 && answered < number / 3 * 2 + 2) std::this_thread::yield();
    if (number % 3 != 0) ++answered;
    return "<" + std::to_string(number) + ">";
  };
  ASSERT_OK(TransformObject(LinesOf("0\n1\n2\n3\n4\n5\n"), slots, send, false, out));
  EXPECT_EQ(out.str(), "<0><1><2><3><4><5>");
}

TEST(TransformObjectTest, EndsRepliesWithALineEndWhenAsked) {
  RequestSlots slots(1);
  std::ostringstream out;
  const auto send = [&](const Payload& payload) -> Result<std::string> { return payload.body == "b\n" ? "has one\n" : "has none"; };
  ASSERT_OK(TransformObject(LinesOf("a\nb\nc\n"), slots, send, true, out));
  EXPECT_EQ(out.str(), "has none\nhas one\nhas none\n");
}

TEST(TransformObjectTest, NeverHoldsMoreRepliesThanSlotsWhatOthersDo) {
  RequestSlots slots(4);
  std::atomic<int> held = 0;
  std::atomic<int> most = 0;
  const auto send = [&](const Payload&) -> Result<std::string> {
    const int now = ++held;
    int seen = most;
    while (seen < now && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::yield();
    --held;
    return std::string("x");
  };
  std::string text;
  for (int i = 0; i < 200; ++i) text += "row\n";
  std::ostringstream outs[6];
  std::vector<std::thread> objects;
  for (std::ostringstream& out : outs) objects.emplace_back([&] { EXPECT_THAT(TransformObject(LinesOf(text), slots, send, false, out), IsOk()); });
  for (std::thread& object : objects) object.join();
  EXPECT_LE(most, 4);
  for (const std::ostringstream& out : outs) EXPECT_EQ(out.str(), std::string(200, 'x'));
}

TEST(TransformObjectTest, AFailureEndsItAndGivesAllSlotsBack) {
  RequestSlots slots(2);
  std::ostringstream out;
  const auto send = [&](const Payload& payload) -> Result<std::string> {
    if (payload.body == "b\n") return Unavailable("gone");
    return payload.body;
  };
  EXPECT_THAT(TransformObject(LinesOf("a\nb\nc\nd\n"), slots, send, false, out), IsError(ErrorKind::kUnavailable, "gone"));
  EXPECT_TRUE(slots.TryTake() && slots.TryTake());
  EXPECT_FALSE(slots.TryTake());
}

}  // namespace
}  // namespace sagespark::server
