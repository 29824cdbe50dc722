#include "sagespark/container/pca/pca_model_file.h"

#include <vector>

#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/container/ndarray_model_file.h"

namespace sagespark::container {
namespace {

Result<algo::PcaModel> Decode(const std::vector<codec::NdArray>& arrays) {
  std::vector<algo::PcaArrayView> views;
  for (const codec::NdArray& array : arrays) views.push_back({array.name, array.shape, array.values});
  return algo::PcaModelFromArrays(views);
}

}  // namespace

std::string EncodePcaModel(const algo::PcaModel& model) {
  std::vector<codec::NdArray> arrays;
  if (!model.mean.empty()) arrays.push_back({.name = "mean", .shape = {1, model.feature_dim()}, .values = model.mean});
  arrays.push_back({.name = "s", .shape = {model.num_components()}, .values = model.singular_values});
  arrays.push_back({.name = "v",
                    .shape = {model.feature_dim(), model.num_components()},
                    .values = model.components.values()});
  return codec::WriteNdArrays(arrays);
}

Result<algo::PcaModel> ReadPcaModel(const std::filesystem::path& directory) {
  return ReadNdArrayModel(directory / kPcaModelFile, Decode);
}

}  // namespace sagespark::container
