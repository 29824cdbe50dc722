#include "sagespark/algo/factorization_machines/artifact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <utility>
#include <vector>

#include "sagespark/linalg/rows.h"

namespace sagespark::algo {
namespace {

Error NoFit(const char* name, const ModelArray& array, const char* wanted) {
  return CorruptData(fmt::format("Factorization machines model has an array that does not fit: {} has shape ({}) and {} "
                                 "values, not {}",
                                 name, fmt::join(array.shape, ", "), array.values.size(), wanted));
}

Status CheckFinite(const char* name, const ModelArray& array) {
  const auto bad = linalg::FirstNotFinite(array.values);
  if (!bad) return Status::Ok();
  return CorruptData(
      fmt::format("Factorization machines model has a value that is not finite: {}, value {}", name, *bad));
}

/// Whether the shape is one of rows x cols. Divides, for a broken file may hold any numbers.
bool IsMatrix(const ModelArray& array) {
  const auto size = static_cast<int64_t>(array.values.size());
  return array.shape.size() == 2 && array.shape[0] >= 1 && array.shape[1] >= 1 && size % array.shape[0] == 0 &&
         size / array.shape[0] == array.shape[1];
}

}  // namespace

Result<FactorizationMachinesModel> FactorizationMachinesModelFromArrays(FactorizationMachinesTask task, ModelArray bias,
                                                                        ModelArray linear, ModelArray factors,
                                                                        bool factors_are_transposed) {
  if (bias.values.size() != 1) return NoFit("the bias", bias, "one value");
  const auto features = static_cast<int64_t>(linear.values.size());
  if (features < 1) return NoFit("the linear weights", linear, "a value for each feature");
  if (!IsMatrix(factors) || factors.shape[factors_are_transposed ? 1 : 0] != features) {
    return NoFit("v", factors,
                 fmt::format("factors for the {} features of the linear weights", features).c_str());
  }
  SAGESPARK_RETURN_IF_ERROR(CheckFinite("the bias", bias));
  SAGESPARK_RETURN_IF_ERROR(CheckFinite("the linear weights", linear));
  SAGESPARK_RETURN_IF_ERROR(CheckFinite("v", factors));

  const int64_t k = factors.shape[factors_are_transposed ? 0 : 1];
  const int64_t feature_stride = factors_are_transposed ? 1 : k;
  const int64_t factor_stride = factors_are_transposed ? features : 1;
  linalg::Matrix<float> weights(features, k + 1);
  for (int64_t feature = 0; feature < features; ++feature) {
    const std::span<float> row = weights.Row(feature);
    for (int64_t f = 0; f < k; ++f) row[f] = factors.values[feature * feature_stride + f * factor_stride];
    row[k] = linear.values[feature];
  }
  return FactorizationMachinesModel(task, bias.values[0], std::move(weights));
}

}  // namespace sagespark::algo
