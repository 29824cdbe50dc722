#include "sagespark/base/log.h"

#include "sagespark/testing/matchers.h"

namespace sagespark {
namespace {

class LogTest : public testing::Test {
 protected:
  LogTest() { SetLogThreshold(LogLevel::kInfo); }
  ~LogTest() override {
    SetLogSink(nullptr);
    SetLogThreshold(LogLevel::kWarning);
  }

  /// What goes to standard error meanwhile, without the time.
  template <typename Action>
  std::string Written(const Action& action) {
    testing::internal::CaptureStderr();
    action();
    const std::string text = testing::internal::GetCapturedStderr();
    return text.empty() ? text : text.substr(text.find(' ') + 1);
  }
};

TEST_F(LogTest, WritesFieldsBehindTheMessage) {
  EXPECT_EQ(Written([] { Log(LogLevel::kInfo, "request", {{"status", 200}, {"ms", 0.5}, {"operation", "GetObject"}}); }),
            "info request status=200 ms=0.5 operation=GetObject\n");
}

TEST_F(LogTest, AFieldStaysOneWordOfOneLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", R"("")"}, {"two words", R"("two words")"}, {"a=b", R"("a=b")"}, {"say \"x\"", R"("say \"x\"")"}, {"a\nb\x7f", R"("a\x0ab\x7f")"}};
  for (const auto& [value, written] : cases) {
    EXPECT_EQ(Written([&] { Log(LogLevel::kInfo, "m", {{"k", value}}); }), "info m k=" + written + "\n");
  }
}

TEST_F(LogTest, WhatIsBelowTheThresholdIsNotWritten) {
  EXPECT_FALSE(IsLogged(LogLevel::kDebug));
  EXPECT_TRUE(IsLogged(LogLevel::kInfo));
  EXPECT_EQ(Written([] { Log(LogLevel::kDebug, "m"); }), "");
}

TEST_F(LogTest, ASinkTakesTheLines) {
  std::string taken;
  SetLogSink([&](LogLevel level, std::string_view message, LogFields fields) {
    taken += std::string(NameOf(level)) + ":" + std::string(message) + ":" + std::to_string(fields.size());
  });
  EXPECT_EQ(Written([] {
              Log(LogLevel::kError, "m", {{"k", 1}});
              Log(LogLevel::kDebug, "n");
            }),
            "");
  EXPECT_EQ(taken, "error:m:1");
}

}  // namespace
}  // namespace sagespark
