#include "sagespark/container/pca/pca_model_file.h"

#include <vector>

#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/io/file_system.h"

namespace sagespark::container {
namespace {

constexpr size_t kMaxModelBytes = size_t{64} << 30;

Result<algo::PcaModel> Decode(std::string_view bytes) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto arrays, codec::ReadNdArrays(bytes));
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
  const std::string path = (directory / kPcaModelFile).string();
  const auto files = io::MakeLocalFileSystem();
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream, files->Open({.scheme = "file", .authority = {}, .path = path}));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string bytes, io::ReadAll(*stream, kMaxModelBytes));
  auto model = Decode(bytes);
  if (!model.ok()) return model.error().WithContext("Cannot load the model " + path);
  return model;
}

}  // namespace sagespark::container
