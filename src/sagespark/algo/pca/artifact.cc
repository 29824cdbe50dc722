#include "sagespark/algo/pca/artifact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sagespark/linalg/rows.h"

namespace sagespark::algo {
namespace {

Error WrongShape(const PcaArrayView& array, std::string_view expected) {
  return CorruptData(fmt::format("PCA model has an array of another shape than {}: {} has shape ({}), {} values", expected,
                                 array.name, fmt::join(array.shape, ", "), array.values.size()));
}

/// One row or one column counts as a vector: images of several ages write either.
bool IsVector(const PcaArrayView& array) {
  const auto size = static_cast<int64_t>(array.values.size());
  const bool one_long_extent =
      std::all_of(array.shape.begin(), array.shape.end(), [size](int64_t extent) { return extent == 1 || extent == size; });
  const auto long_extents = std::count(array.shape.begin(), array.shape.end(), size);
  return size >= 1 && one_long_extent && (size == 1 ? !array.shape.empty() : long_extents == 1);
}

/// The only array of that name; null when there is none.
Result<const PcaArrayView*> Find(std::span<const PcaArrayView> arrays, std::string_view name) {
  const PcaArrayView* found = nullptr;
  for (const PcaArrayView& array : arrays) {
    if (array.name != name) continue;
    if (found != nullptr) return CorruptData(fmt::format("PCA model has an array twice: {}", name));
    found = &array;
  }
  return found;
}

Result<const PcaArrayView*> FindRequired(std::span<const PcaArrayView> arrays, std::string_view name) {
  SAGESPARK_ASSIGN_OR_RETURN(const PcaArrayView* const found, Find(arrays, name));
  if (found == nullptr) return CorruptData(fmt::format("PCA model lacks an array: {}", name));
  return found;
}

Status CheckNamesAndValues(std::span<const PcaArrayView> arrays) {
  for (const PcaArrayView& array : arrays) {
    if (array.name != "s" && array.name != "v" && array.name != "mean") {
      return CorruptData(fmt::format("PCA model has an array of another name than s, v and mean: \"{}\"", array.name));
    }
    if (const auto bad = linalg::FirstNotFinite(array.values)) {
      return CorruptData(fmt::format("PCA model has a value that is not finite: {}, value {}", array.name, *bad));
    }
  }
  return Status::Ok();
}

}  // namespace

Result<PcaModel> PcaModelFromArrays(std::span<const PcaArrayView> arrays) {
  SAGESPARK_RETURN_IF_ERROR(CheckNamesAndValues(arrays));
  SAGESPARK_ASSIGN_OR_RETURN(const PcaArrayView* const v, FindRequired(arrays, "v"));
  SAGESPARK_ASSIGN_OR_RETURN(const PcaArrayView* const s, FindRequired(arrays, "s"));
  SAGESPARK_ASSIGN_OR_RETURN(const PcaArrayView* const mean, Find(arrays, "mean"));
  const auto size = static_cast<int64_t>(v->values.size());
  // Divide, do not multiply: a broken file may hold any numbers.
  const bool fits = v->shape.size() == 2 && v->shape[0] >= 1 && v->shape[1] >= 1 && size % v->shape[0] == 0 &&
                    size / v->shape[0] == v->shape[1];
  if (!fits) return WrongShape(*v, "feature_dim x num_components");
  const int64_t feature_dim = v->shape[0];
  const int64_t components = v->shape[1];
  if (!IsVector(*s) || static_cast<int64_t>(s->values.size()) != components) {
    return WrongShape(*s, fmt::format("num_components = {}", components));
  }
  if (mean != nullptr && (!IsVector(*mean) || static_cast<int64_t>(mean->values.size()) != feature_dim)) {
    return WrongShape(*mean, fmt::format("1 x feature_dim = 1 x {}", feature_dim));
  }
  PcaModel model{.singular_values = {s->values.begin(), s->values.end()},
                 .components = linalg::Matrix<float>(feature_dim, components, {v->values.begin(), v->values.end()})};
  if (mean != nullptr) model.mean.assign(mean->values.begin(), mean->values.end());
  return model;
}

}  // namespace sagespark::algo
