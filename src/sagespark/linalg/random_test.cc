#include "sagespark/linalg/random.h"

#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using testing::ElementsAre;

// The known answers that Random123 publishes for philox4x32 with 10 rounds.
TEST(Philox4x32Test, GivesThePublishedAnswers) {
  EXPECT_THAT(Philox4x32({0, 0, 0, 0}, {0, 0}), ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  const uint32_t ones = 0xffffffff;
  EXPECT_THAT(Philox4x32({ones, ones, ones, ones}, {ones, ones}),
              ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  EXPECT_THAT(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST(RandomStreamTest, StartsWithTheCipherOfBlockZero) {
  RandomStream random(0, 0);
  EXPECT_EQ(random.NextUint32(), 0x6627e8d5);
  EXPECT_EQ(random.NextUint32(), 0xe169c58d);
  EXPECT_EQ(random.NextUint64(), 0x9b00dbd8bc57ac4c);
}

TEST(RandomStreamTest, SeedsAndStreamsDiffer) {
  const auto first = [](uint64_t seed, uint64_t stream) { return RandomStream(seed, stream).NextUint64(); };
  EXPECT_EQ(first(7, 3), first(7, 3));
  EXPECT_NE(first(7, 3), first(8, 3));
  EXPECT_NE(first(7, 3), first(7, 4));
  EXPECT_NE(first(7, 3), first(3, 7));
}

TEST(RandomStreamTest, UniformNumbersFillTheUnitInterval) {
  RandomStream random(1, 0);
  std::vector<int> tenths(10);
  for (int i = 0; i < 100000; ++i) {
    const double value = random.NextUniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    ++tenths[static_cast<int>(value * 10)];
  }
  // Binomial: mean 10000, deviation 95.
  EXPECT_THAT(tenths, testing::Each(testing::AllOf(testing::Gt(9500), testing::Lt(10500))));
}

TEST(RandomStreamTest, NextBelowReachesEachValueAlike) {
  RandomStream random(1, 0);
  std::vector<int> counts(3);
  for (int i = 0; i < 30000; ++i) ++counts.at(random.NextBelow(3));
  EXPECT_THAT(counts, testing::Each(testing::AllOf(testing::Gt(9500), testing::Lt(10500))));
  EXPECT_EQ(random.NextBelow(1), 0);
}

TEST(RandomStreamTest, NormalNumbersHaveTheMomentsAndTheTail) {
  RandomStream random(1, 0);
  std::vector<float> values(99'999);  // An odd number: the last pair's second number is dropped.
  random.FillNormal(2, values);
  double sum = 0, squares = 0;
  int beyond_two_deviations = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
    beyond_two_deviations += value > 4 || value < -4 ? 1 : 0;
  }
  EXPECT_NEAR(sum / 99'999, 0, 0.03);      // Deviation 0.0063.
  EXPECT_NEAR(squares / 99'999, 4, 0.09);  // Deviation 0.018.
  EXPECT_NEAR(beyond_two_deviations / 99'999.0, 0.0455, 0.0035);
}

}  // namespace
}  // namespace sagespark::linalg
