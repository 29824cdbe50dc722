#include "sagespark/container/kmeans/kmeans_model_file.h"

#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/io/file_system.h"

namespace sagespark::container {
namespace {

constexpr size_t kMaxModelBytes = size_t{64} << 30;

Result<algo::KMeansModel> Decode(std::string_view bytes) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto arrays, codec::ReadNdArrays(bytes));
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
  const std::string path = (directory / kKMeansModelFile).string();
  const auto files = io::MakeLocalFileSystem();
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream, files->Open({.scheme = "file", .authority = {}, .path = path}));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string bytes, io::ReadAll(*stream, kMaxModelBytes));
  auto model = Decode(bytes);
  if (!model.ok()) return model.error().WithContext("Cannot load the model " + path);
  return model;
}

}  // namespace sagespark::container
