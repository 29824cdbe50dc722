#include "sagespark/container/lda/lda_model_file.h"

#include <vector>

#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/io/file_system.h"

namespace sagespark::container {
namespace {

constexpr size_t kMaxModelBytes = size_t{64} << 30;

Result<algo::LdaModel> Decode(std::string_view bytes) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto arrays, codec::ReadNdArrays(bytes));
  std::vector<algo::LdaArray> views;
  for (const codec::NdArray& array : arrays) views.push_back({array.shape, array.values});
  return algo::LdaModelFromArrays(views);
}

}  // namespace

std::string EncodeLdaModel(const algo::LdaModel& model) {
  return codec::WriteNdArrays(
      {{.name = "", .shape = {model.num_topics()}, .values = model.alpha},
       {.name = "", .shape = {model.num_topics(), model.feature_dim()}, .values = model.beta.values()}});
}

Result<algo::LdaModel> ReadLdaModel(const std::filesystem::path& directory) {
  const std::string path = (directory / kLdaModelFile).string();
  const auto files = io::MakeLocalFileSystem();
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream, files->Open({.scheme = "file", .authority = {}, .path = path}));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string bytes, io::ReadAll(*stream, kMaxModelBytes));
  auto model = Decode(bytes);
  if (!model.ok()) return model.error().WithContext("Cannot load the model " + path);
  return model;
}

}  // namespace sagespark::container
