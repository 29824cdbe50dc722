#pragma once

#include <algorithm>
#include <vector>

namespace sagespark::bench {

/// The upper one of the middle two when their number is even. There must be one.
inline double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace sagespark::bench
