#pragma once

#include <cstdint>

namespace sagespark::algo {

// The streams of a training job's seed: one for each use of random numbers.
constexpr uint64_t kStartingCentersStream = 0;
constexpr uint64_t kFirstTrialStream = 1;  // Trial t draws from stream kFirstTrialStream + t.

}  // namespace sagespark::algo
