#include "sagespark/container/kmeans/kmeans_model_file.h"

#include <vector>

#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/container/ndarray_model_file.h"

namespace sagespark::container {
namespace {

Result<algo::KMeansModel> Decode(const std::vector<codec::NdArray>& arrays) {
  if (arrays.size() != 1) {
    return CorruptData("K-means model file does not hold one array: " + std::to_string(arrays.size()) + " arrays");
  }
  return algo::KMeansModelFromArray(arrays[0].shape, arrays[0].values);
}

}  // namespace

std::string EncodeKMeansModel(const algo::KMeansModel& model) {
  return codec::WriteNdArrays(
      {{.name = "", .shape = {model.k(), model.feature_dim()}, .values = model.centers.values()}});
}

Result<algo::KMeansModel> ReadKMeansModel(const std::filesystem::path& directory) {
  return ReadNdArrayModel(directory / kKMeansModelFile, Decode);
}

}  // namespace sagespark::container
