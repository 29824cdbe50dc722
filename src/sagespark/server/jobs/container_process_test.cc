#include "sagespark/server/jobs/container_process.h"

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::server {
namespace {

using ::testing::ElementsAre;

TEST(ContainerLogTest, LeavesOutWhatAFloodWritesAndSaysHowMuch) {
  TemporaryFolder folder;
  FakeClock clock;
  ASSERT_OK_AND_ASSIGN(const auto store, LogStore::Open((folder / "logs.db").string(), clock));
  size_t seen = 0;
  ContainerLog log(*store, "g", "s", [&](const std::vector<std::string>& lines) { seen += lines.size(); }, clock);
  const std::string line(100 << 10, 'x');
  for (int i = 0; i < 1000; ++i) log.Write(line + "\n");
  const int64_t kept = *store->LastSequence("g", "s");
  EXPECT_NEAR(static_cast<double>(kept), ContainerLog::kBurstBytes / static_cast<double>(line.size()), 2);
  EXPECT_EQ(seen, 1000u);

  clock.Advance(std::chrono::seconds(10));
  log.Write("calm\n");
  log.Write("still calm\n");
  const auto events = store->Events("g", "s", {.after = kept});
  ASSERT_OK(events);
  std::vector<std::string> messages;
  for (const LogEvent& event : *events) messages.push_back(event.message);
  EXPECT_THAT(messages, ElementsAre("sagespark: " + std::to_string(1000 - kept) +
                                        " lines of the container's output are left out: it writes more than can be kept",
                                    "calm", "still calm"));
}

}  // namespace
}  // namespace sagespark::server
