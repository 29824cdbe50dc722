#include "sagespark/server/s3/parallel_digest.h"

#include <algorithm>
#include <cstring>

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

TEST(ParallelDigestTest, IsTheDigestOfAllBytesInTheirOrder) {
  std::string bytes(11 * ParallelDigest::kBufferBytes + 3, '\0');  // More than the ring.
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 65'521);
  ParallelDigest digest(DigestAlgorithm::kMd5);
  std::string_view left = bytes;
  while (left.size() > ParallelDigest::kBufferBytes) {
    const size_t size = ParallelDigest::kBufferBytes - left.size() % 7;  // Not all of them full.
    ParallelDigest::Buffer buffer = digest.Take();
    std::memcpy(buffer.get(), left.data(), size);
    digest.Update(std::move(buffer), size);
    left.remove_prefix(size);
  }
  EXPECT_EQ(digest.Finish(left), DigestOf(DigestAlgorithm::kMd5, bytes));
}

TEST(ParallelDigestTest, TakesFewBytesAlone) {
  ParallelDigest digest(DigestAlgorithm::kMd5);
  EXPECT_EQ(digest.Finish("abc"), DigestOf(DigestAlgorithm::kMd5, "abc"));
}

TEST(ParallelDigestTest, EndsWithoutBeingFinished) {
  ParallelDigest digest(DigestAlgorithm::kMd5);
  ParallelDigest::Buffer buffer = digest.Take();
  std::memset(buffer.get(), 0, ParallelDigest::kBufferBytes);
  digest.Update(std::move(buffer), ParallelDigest::kBufferBytes);
}

}  // namespace
}  // namespace sagespark::server
