#include "sagespark/algo/kmeans/artifact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "sagespark/linalg/rows.h"

namespace sagespark::algo {

Result<KMeansModel> KMeansModelFromArray(std::span<const int64_t> shape, std::span<const float> values) {
  const auto size = static_cast<int64_t>(values.size());
  // Divide, do not multiply: a broken file may hold any numbers.
  const bool fits = shape.size() == 2 && shape[0] >= 1 && shape[1] >= 1 && size % shape[0] == 0 &&
                    size / shape[0] == shape[1];
  if (!fits) {
    return CorruptData(fmt::format("K-means model is no array of k x d centers: shape ({}), {} values",
                                   fmt::join(shape, ", "), size));
  }
  if (const auto bad = linalg::FirstNotFinite(values)) {
    return CorruptData(fmt::format("K-means model has a value that is not finite: center {}, column {}",
                                   *bad / shape[1], *bad % shape[1]));
  }
  return KMeansModel{linalg::Matrix<float>(shape[0], shape[1], std::vector<float>(values.begin(), values.end()))};
}

}  // namespace sagespark::algo
