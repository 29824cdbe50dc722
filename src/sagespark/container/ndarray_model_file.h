#pragma once

#include <filesystem>
#include <type_traits>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/codec/mxnet/ndarray_file.h"

namespace sagespark::container {

/// The arrays of a model that is an MXNet ndarray file. Fails with kNotFound or kCorruptData, naming the file.
Result<std::vector<codec::NdArray>> ReadModelArrays(const std::filesystem::path& file);

/// The model that `decode`, from a vector of arrays to a Result, makes of them. Its errors name the file too.
template <typename Decode>
auto ReadNdArrayModel(const std::filesystem::path& file, Decode decode)
    -> std::invoke_result_t<Decode, const std::vector<codec::NdArray>&> {
  SAGESPARK_ASSIGN_OR_RETURN(const auto arrays, ReadModelArrays(file));
  auto model = decode(arrays);
  if (!model.ok()) return model.error().WithContext("Cannot load the model " + file.string());
  return model;
}

}  // namespace sagespark::container
