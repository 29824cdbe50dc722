#include "sagespark/base/archive/gunzip.h"

#include <algorithm>

#include "sagespark/testing/matchers.h"

namespace sagespark::archive {
namespace {

using namespace std::string_view_literals;

// printf 'hello\n' | gzip -n9, and printf '' | gzip -n9.
constexpr std::string_view kHello = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00\x00"sv;
constexpr std::string_view kNothing = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"sv;

Result<std::string> Unpack(std::string bytes) {
  size_t at = 0;
  const ByteSource source = Gunzip([&](std::span<char> buffer) -> Result<size_t> {
    const size_t count = std::min<size_t>({buffer.size(), bytes.size() - at, 5});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, buffer.begin());
    at += count;
    return count;
  });
  std::string text;
  char buffer[4];
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, source(buffer));
    if (count == 0) return text;
    text.append(buffer, count);
  }
}

TEST(GunzipTest, GivesTheUnpackedBytesOfAllMembers) {
  EXPECT_THAT(Unpack(std::string(kHello)), HasValue("hello\n"));
  EXPECT_THAT(Unpack(std::string(kHello) + std::string(kHello)), HasValue("hello\nhello\n"));
  EXPECT_THAT(Unpack(std::string(kNothing)), HasValue(""));
}

TEST(GunzipTest, RefusesWhatIsNoGzipOrCut) {
  EXPECT_THAT(Unpack("hello"), IsError(ErrorKind::kCorruptData, "Data is not compressed by gzip"));
  EXPECT_THAT(Unpack(std::string(kHello.substr(0, 14))), IsError(ErrorKind::kCorruptData, ::testing::HasSubstr("cannot be unpacked")));
}

TEST(GunzipTest, PassesTheSourcesErrorOn) {
  const ByteSource source = Gunzip([](std::span<char>) -> Result<size_t> { return Error(ErrorKind::kIo, "broken disk"); });
  char buffer[4];
  EXPECT_THAT(source(buffer), IsError(ErrorKind::kIo, "broken disk"));
}

}  // namespace
}  // namespace sagespark::archive
