#include "sagespark/container/lda/lda_model_file.h"

#include <vector>

#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/container/ndarray_model_file.h"

namespace sagespark::container {
namespace {

Result<algo::LdaModel> Decode(const std::vector<codec::NdArray>& arrays) {
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
  return ReadNdArrayModel(directory / kLdaModelFile, Decode);
}

}  // namespace sagespark::container
