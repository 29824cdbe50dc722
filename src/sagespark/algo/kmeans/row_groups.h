#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sagespark::algo {

/// The rows of each center, in row order: so that one thread adds up a whole center, and always in that order.
class RowGroups {
 public:
  /// @param nearest  for each row its center, 0 ... centers - 1.
  RowGroups(std::span<const int32_t> nearest, int64_t centers)
      : starts_(centers + 1), rows_(nearest.size()) {
    for (const int32_t center : nearest) ++starts_[center + 1];
    for (int64_t center = 0; center < centers; ++center) starts_[center + 1] += starts_[center];
    std::vector<int64_t> next(starts_.begin(), starts_.end() - 1);
    for (size_t row = 0; row < nearest.size(); ++row) rows_[next[nearest[row]]++] = static_cast<int64_t>(row);
  }

  std::span<const int64_t> Of(int64_t center) const {
    return std::span(rows_).subspan(starts_[center], starts_[center + 1] - starts_[center]);
  }

 private:
  std::vector<int64_t> starts_;
  std::vector<int64_t> rows_;
};

}  // namespace sagespark::algo
