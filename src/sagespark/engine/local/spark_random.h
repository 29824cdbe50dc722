#pragma once

#include <cstdint>

namespace sagespark::engine::local {

/// Spark's XORShiftRandom: the same numbers from the same seed, so that sample and randomSplit choose the rows that Spark
/// chooses. Source: org.apache.spark.util.random.XORShiftRandom; java.util.Random.nextDouble.
class SparkRandom {
 public:
  explicit SparkRandom(int64_t seed);

  /// In [0, 1).
  double NextDouble();

 private:
  int64_t Next(int bits);

  uint64_t state_;
};

}  // namespace sagespark::engine::local
